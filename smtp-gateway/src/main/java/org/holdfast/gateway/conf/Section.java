package org.holdfast.gateway.conf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of a YAML file, asked key by key. What it was not asked for by the time of {@link
 * #end} is an unknown key. A key that is missing or null has its default, which is written as in
 * the file and read by the same reader.
 */
final class Section {

  private final YamlSource source;
  private final String path;
  private final Optional<Mark> mark;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Node> left = new LinkedHashMap<>();
  private final List<String> known = new ArrayList<>();

  Section(YamlSource source, String path, @Nullable Node node) throws ConfigurationException {
    this.source = source;
    this.path = path;
    this.mark = node == null ? Optional.empty() : node.getStartMark();
    if (node == null || isNull(node)) {
      return;
    }
    if (!(node instanceof MappingNode mapping)) {
      throw source.wrong(mark, path, "keys with values are expected here");
    }
    for (NodeTuple tuple : mapping.getValue()) {
      add(tuple);
    }
  }

  private void add(NodeTuple tuple) throws ConfigurationException {
    Node key = tuple.getKeyNode();
    if (!(key instanceof ScalarNode scalar)) {
      throw source.wrong(key.getStartMark(), path, "a key must be one word");
    }
    if (left.put(scalar.getValue(), key) != null) {
      throw source.wrong(key.getStartMark(), dotted(scalar.getValue()), "stands here twice");
    }
    values.put(scalar.getValue(), tuple.getValueNode());
  }

  /** The names of all keys, in the order of the file; marks them as known. */
  List<String> names() {
    List<String> names = List.copyOf(values.keySet());
    left.clear();
    return names;
  }

  /** Does the file give this key a value? */
  boolean has(String key) {
    Node node = values.get(key);
    return node != null && !isNull(node);
  }

  /** Does the file give this key one word, not a list or a mapping? */
  boolean isWord(String key) {
    return has(key) && values.get(key) instanceof ScalarNode;
  }

  Section section(String key) throws ConfigurationException {
    return new Section(source, dotted(key), take(key));
  }

  /** The mappings of a list; none when the key is missing. */
  List<Section> sections(String key) throws ConfigurationException {
    List<Section> sections = new ArrayList<>();
    for (Node item : items(key)) {
      sections.add(new Section(source, key + "[" + (sections.size() + 1) + "]", item));
    }
    return sections;
  }

  /** A value that must be there. */
  <T> T required(String key, Function<String, T> reader) throws ConfigurationException {
    if (!has(key)) {
      throw wrong("has no " + key);
    }
    return value(key, "", reader);
  }

  /** A value by its reader, which throws IllegalArgumentException with what is wrong. */
  <T> T value(String key, String byDefault, Function<String, T> reader)
      throws ConfigurationException {
    source.asked(dotted(key), byDefault);
    source.told(dotted(key), byDefault);
    Node node = take(key);
    return node == null ? reader.apply(byDefault) : read(key, node, told(key, reader));
  }

  /** A path; a relative one begins where the file says. */
  Path path(String key, String byDefault) throws ConfigurationException {
    return optionalPath(key, byDefault).orElseThrow(() -> wrong(key, "a path is expected here"));
  }

  /** The same; empty when the text is. */
  Optional<Path> optionalPath(String key, String byDefault) throws ConfigurationException {
    return value(key, byDefault, this::pathOf);
  }

  /** The same, of a file that can be read. */
  Optional<Path> readableFile(String key) throws ConfigurationException {
    return value(key, "", this::readable);
  }

  private Optional<Path> pathOf(String text) {
    return text.isBlank() ? Optional.empty() : Optional.of(source.path(text));
  }

  private Optional<Path> readable(String text) {
    Optional<Path> file = pathOf(text);
    if (file.isPresent() && !Files.isReadable(file.orElseThrow())) {
      throw new IllegalArgumentException("there is no readable file " + file.orElseThrow());
    }
    return file;
  }

  /** A list of values; one value alone is a list of one. */
  <T> List<T> values(String key, List<String> byDefault, Function<String, T> reader)
      throws ConfigurationException {
    source.asked(dotted(key), byDefault.toString());
    source.told(dotted(key), byDefault.toString());
    if (!has(key)) {
      take(key);
      return byDefault.stream().map(reader).toList();
    }
    List<T> read = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (Node item : items(key)) {
      read.add(
          read(
              key,
              item,
              text -> {
                texts.add(text);
                return reader.apply(text);
              }));
    }
    source.told(dotted(key), texts.toString());
    return List.copyOf(read);
  }

  /** The same reader, which notes what it read. */
  private <T> Function<String, T> told(String key, Function<String, T> reader) {
    return text -> {
      source.told(dotted(key), text);
      return reader.apply(text);
    };
  }

  long size(String key, String byDefault, long min, long max) throws ConfigurationException {
    return value(key, byDefault, text -> within(Units.size(text), min, max, Units::show));
  }

  int number(String key, int byDefault, int min, int max) throws ConfigurationException {
    return value(
        key,
        Integer.toString(byDefault),
        text -> (int) within(whole(text), min, max, String::valueOf));
  }

  Duration time(String key, String byDefault, String min, String max)
      throws ConfigurationException {
    return value(key, byDefault, text -> within(text, min, max));
  }

  /** Refuses every key that was not asked for. */
  void end() throws ConfigurationException {
    for (Map.Entry<String, Node> unknown : left.entrySet()) {
      throw source.wrong(
          unknown.getValue().getStartMark(),
          dotted(unknown.getKey()),
          "unknown key; known here: " + String.join(", ", known));
    }
  }

  /** Something is wrong with the mapping as a whole. */
  ConfigurationException wrong(String what) {
    return source.wrong(mark, path, what);
  }

  /** Something is wrong with the value of this key. */
  ConfigurationException wrong(String key, String what) {
    Node node = values.get(key);
    return source.wrong(node == null ? mark : node.getStartMark(), dotted(key), what);
  }

  /** Where this key stands; small enough to be kept. */
  ConfigurationException.Place place(String key) {
    return wrong(key, "").place().orElseThrow();
  }

  private @Nullable Node take(String key) {
    known.add(key);
    left.remove(key);
    Node node = values.get(key);
    return node == null || isNull(node) ? null : node;
  }

  private List<Node> items(String key) {
    Node node = take(key);
    if (node == null) {
      return List.of();
    }
    return node instanceof SequenceNode sequence ? sequence.getValue() : List.of(node);
  }

  private <T> T read(String key, Node node, Function<String, T> reader)
      throws ConfigurationException {
    if (!(node instanceof ScalarNode scalar)) {
      throw source.wrong(node.getStartMark(), dotted(key), "one value is expected here");
    }
    try {
      return reader.apply(source.expanded(scalar.getValue()));
    } catch (IllegalArgumentException e) {
      throw source.wrong(node.getStartMark(), dotted(key), String.valueOf(e.getMessage()));
    }
  }

  private String dotted(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static long whole(String text) {
    try {
      return Long.parseLong(text, 10);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a whole number: " + text, e);
    }
  }

  private static long within(long value, long min, long max, Function<Long, String> show) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          show.apply(value) + " is not within " + show.apply(min) + " to " + show.apply(max));
    }
    return value;
  }

  private static Duration within(String text, String min, String max) {
    Duration time = Units.time(text);
    if (time.compareTo(Units.time(min)) < 0 || time.compareTo(Units.time(max)) > 0) {
      throw new IllegalArgumentException(text + " is not within " + min + " to " + max);
    }
    return time;
  }
}
