package org.holdfast.gateway.conf;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The items of a document that is a mapping of lists, one item after the other, so that a document
 * of any size is read in little memory. Used by one thread.
 */
final class YamlItems {

  /** Items nest no deeper than this. */
  private static final int MAX_DEPTH = 20;

  /** Anchors that are remembered. */
  private static final int MAX_ANCHORS = 1000;

  private final YamlSource source;
  private final LoadSettings settings;
  private final Iterator<Event> events;
  private final Map<Anchor, Node> anchors = new HashMap<>();

  private YamlItems(String name, Reader text) {
    this.source = YamlSource.named(name);
    this.settings =
        LoadSettings.builder().setLabel(name).setCodePointLimit(Integer.MAX_VALUE).build();
    this.events = new Parse(settings).parseReader(text).iterator();
  }

  /** Takes the items. */
  interface Items {

    /**
     * One item of a list.
     *
     * @param where such as {@code users[17]}
     */
    void item(YamlSource source, String list, String where, Node item)
        throws ConfigurationException, IOException;
  }

  /** Hands out every item; {@code lists} are the keys that may be there. */
  static void each(String name, Reader text, List<String> lists, Items items)
      throws ConfigurationException, IOException {
    YamlItems document = new YamlItems(name, text);
    try {
      document.each(lists, items);
    } catch (YamlEngineException e) {
      throw YamlSource.notYaml(name, e);
    }
  }

  private void each(List<String> lists, Items items) throws ConfigurationException, IOException {
    Event _ = events.next();
    if (!(events.next() instanceof DocumentStartEvent)) {
      return;
    }
    Event root = events.next();
    if (root instanceof MappingStartEvent) {
      root(lists, items);
    } else if (!isNull(node(root, 0))) {
      throw source.wrong(root.getStartMark(), "", "keys with values are expected here");
    }
    Event _ = events.next();
    Event end = events.next();
    if (!(end instanceof StreamEndEvent)) {
      throw source.wrong(end.getStartMark(), "", "a second document");
    }
  }

  private void root(List<String> lists, Items items) throws ConfigurationException, IOException {
    Set<String> seen = new HashSet<>();
    for (Event event = events.next(); !(event instanceof MappingEndEvent); event = events.next()) {
      String key = event instanceof ScalarEvent scalar ? scalar.getValue() : "";
      if (!lists.contains(key)) {
        throw source.wrong(
            event.getStartMark(), key, "unknown key; known here: " + String.join(", ", lists));
      }
      if (!seen.add(key)) {
        throw source.wrong(event.getStartMark(), key, "stands here twice");
      }
      list(key, items);
    }
  }

  /** One item alone is a list of one. */
  private void list(String key, Items items) throws ConfigurationException, IOException {
    Event event = events.next();
    if (!(event instanceof SequenceStartEvent)) {
      Node only = node(event, 0);
      if (!isNull(only)) {
        items.item(source, key, key + "[1]", only);
      }
      return;
    }
    int number = 0;
    for (event = events.next(); !(event instanceof SequenceEndEvent); event = events.next()) {
      number++;
      items.item(source, key, key + "[" + number + "]", node(event, 0));
    }
  }

  // ---- from events to nodes

  private Node node(Event event, int depth) throws ConfigurationException {
    if (depth > MAX_DEPTH) {
      throw source.wrong(event.getStartMark(), "", "nested too deep");
    }
    Node node =
        switch (event) {
          case ScalarEvent scalar -> scalar(scalar);
          case MappingStartEvent mapping -> mapping(mapping, depth);
          case SequenceStartEvent sequence -> sequence(sequence, depth);
          case AliasEvent alias -> anchored(alias);
          default -> throw source.wrong(event.getStartMark(), "", "a value is expected here");
        };
    remember(event, node);
    return node;
  }

  private Node scalar(ScalarEvent event) {
    boolean plain = event.getImplicit().canOmitTagInPlainScalar();
    Tag tag =
        event
            .getTag()
            .map(Tag::new)
            .orElseGet(
                () -> settings.getSchema().getScalarResolver().resolve(event.getValue(), plain));
    return new ScalarNode(
        tag,
        true,
        event.getValue(),
        event.getScalarStyle(),
        event.getStartMark(),
        Optional.empty());
  }

  private Node mapping(MappingStartEvent start, int depth) throws ConfigurationException {
    List<NodeTuple> tuples = new ArrayList<>();
    for (Event event = events.next(); !(event instanceof MappingEndEvent); event = events.next()) {
      Node key = node(event, depth + 1);
      tuples.add(new NodeTuple(key, node(events.next(), depth + 1)));
    }
    return new MappingNode(
        Tag.MAP, true, tuples, FlowStyle.BLOCK, start.getStartMark(), Optional.empty());
  }

  private Node sequence(SequenceStartEvent start, int depth) throws ConfigurationException {
    List<Node> nodes = new ArrayList<>();
    for (Event event = events.next(); !(event instanceof SequenceEndEvent); event = events.next()) {
      nodes.add(node(event, depth + 1));
    }
    return new SequenceNode(
        Tag.SEQ, true, nodes, FlowStyle.BLOCK, start.getStartMark(), Optional.empty());
  }

  private void remember(Event event, Node node) throws ConfigurationException {
    Anchor anchor =
        event instanceof NodeEvent named && !(event instanceof AliasEvent)
            ? named.getAnchor().orElse(null)
            : null;
    if (anchor != null) {
      anchors.put(anchor, node);
    }
    if (anchors.size() > MAX_ANCHORS) {
      throw source.wrong(event.getStartMark(), "", "more than " + MAX_ANCHORS + " anchors");
    }
  }

  private Node anchored(AliasEvent alias) throws ConfigurationException {
    @Nullable Node node = anchors.get(alias.getAlias());
    if (node == null) {
      throw source.wrong(
          alias.getStartMark(), "", "there is no anchor &" + alias.getAlias().getValue());
    }
    return node;
  }

  static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }
}
