package org.holdfast.gateway.conf;

import java.io.Reader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.gateway.conf.ConfigurationException.Place;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * One YAML document with the line of every node, so that what is wrong can be said as {@code
 * FILE:LINE: KEY: what}. Used by one thread.
 */
final class YamlSource {

  /** The longest document read, in characters: a file of this size belongs into CSV. */
  static final int MAX_CHARACTERS = 64 << 20;

  static final Path WORKING_DIRECTORY = Path.of("");

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)\\}");

  private final String name;
  private final @Nullable Function<String, @Nullable String> environment;
  private final @Nullable Node root;

  /** Where relative paths in it begin. */
  private final Path base;

  /** Read item by item. */
  private final boolean items;

  /** Every key that was asked for, dotted, with the text of its default. */
  private final Map<String, String> asked = new LinkedHashMap<>();

  /** The same keys with the text that counts, of the file or by default. */
  private final Map<String, String> told = new LinkedHashMap<>();

  private YamlSource(
      String name,
      @Nullable Function<String, @Nullable String> environment,
      @Nullable Node root,
      Path base,
      boolean items) {
    this.items = items;
    this.base = base;
    this.name = name;
    this.environment = environment;
    this.root = root;
  }

  /**
   * Parses one document; {@code name} stands in front of every complaint.
   *
   * @param environment what {@code ${NAME}} means; null: nothing, it stays as it is
   */
  static YamlSource parse(
      String name, Reader text, @Nullable Function<String, @Nullable String> environment)
      throws ConfigurationException {
    return parse(name, text, environment, WORKING_DIRECTORY);
  }

  /**
   * The same.
   *
   * @param base where relative paths in it begin
   */
  static YamlSource parse(
      String name, Reader text, @Nullable Function<String, @Nullable String> environment, Path base)
      throws ConfigurationException {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(name)
            .setAllowNonScalarKeys(true)
            .setCodePointLimit(MAX_CHARACTERS)
            .build();
    try {
      Optional<Node> node = new Compose(settings).composeReader(text);
      return new YamlSource(name, environment, node.orElse(null), base, false);
    } catch (YamlEngineException e) {
      throw notYaml(name, e);
    }
  }

  /** The name alone: for a document that is not in memory. */
  static YamlSource named(String name) {
    return new YamlSource(name, null, null, WORKING_DIRECTORY, true);
  }

  static ConfigurationException notYaml(String name, YamlEngineException e) {
    return e instanceof MarkedYamlEngineException marked
        ? new ConfigurationException(
            new Place(name, line(marked.getProblemMark()), ""),
            "not YAML: " + oneLine(marked.getProblem()))
        : new ConfigurationException(name + ": not YAML: " + oneLine(e.getMessage()));
  }

  Section root() throws ConfigurationException {
    return new Section(this, "", root);
  }

  /** The path that a text means. */
  Path path(String text) {
    return base.resolve(text);
  }

  Map<String, String> asked() {
    return asked;
  }

  /** Notes what was asked for; not of a document of many items. */
  void asked(String key, String byDefault) {
    if (!items) {
      asked.put(key, byDefault);
    }
  }

  Map<String, String> told() {
    return told;
  }

  /** Notes the text that counts for a key; not of a document of many items. */
  void told(String key, String text) {
    if (!items) {
      told.put(key, text);
    }
  }

  ConfigurationException wrong(Optional<Mark> mark, String key, String what) {
    return new ConfigurationException(new Place(name, line(mark), key), what);
  }

  /** The text with every {@code ${NAME}} replaced by that environment variable. */
  String expanded(String text) {
    Function<String, @Nullable String> variables = environment;
    if (variables == null) {
      return text;
    }
    Matcher matcher = VARIABLE.matcher(text);
    return matcher.replaceAll(
        found -> Matcher.quoteReplacement(variable(found.group(1), variables)));
  }

  private static String variable(String variable, Function<String, @Nullable String> variables) {
    String value = variables.apply(variable);
    if (value == null) {
      throw new IllegalArgumentException("the environment has no variable " + variable);
    }
    return value;
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(m -> m.getLine() + 1).orElse(0);
  }

  private static String oneLine(@Nullable String text) {
    return text == null ? "unreadable" : text.strip().replaceAll("\\s+", " ");
  }
}
