package org.holdfast.gateway.conf;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.holdfast.gateway.conf.ConfigurationException.Place;
import org.holdfast.routing.Alias;
import org.holdfast.routing.MapContents;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Standing;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Reads a map in YAML ({@code conf/map.yaml}): pairs, domains, holds, users, aliases. Entry by
 * entry: a file of any size needs memory for its pairs, holds and aliases, not for its users.
 */
public final class MapFile {

  private static final List<String> LISTS =
      List.of("pairs", "domains", "holds", "users", "aliases");

  /** Longest chain of aliases of aliases. */
  static final int MAX_ALIAS_CHAIN = 10;

  /** Pairs that users name and that were not described yet, at most. */
  private static final int MAX_AWAITED = 10_000;

  private final Predicate<String> knownPair;
  private final MapEntries to;
  private final Set<String> pairs = new HashSet<>();
  private final Set<String> held = new HashSet<>();
  private int userCount;
  private final SeenAddresses users = new SeenAddresses(UserCsv.REMEMBERED);

  /** Pairs that must come still, and where they were named first. */
  private final Map<String, Place> awaited = new LinkedHashMap<>();

  private final Map<String, Alias> aliases = new LinkedHashMap<>();
  private final Map<String, Place> aliasPlaces = new LinkedHashMap<>();
  private final Complaints complaints = new Complaints();

  private MapFile(Predicate<String> knownPair, MapEntries to) {
    this.knownPair = knownPair;
    this.to = to;
  }

  /** Reads a file that stands for itself: every pair its users name is in it. */
  public static MapContents read(Path file) throws ConfigurationException {
    try (Reader text = Files.newBufferedReader(file)) {
      return read(file.toString(), text, pair -> false);
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(file + ": there is no such file");
    } catch (IOException e) {
      throw new ConfigurationException(file + ": cannot be read: " + e);
    }
  }

  /** Reads a text as a whole into memory; see {@link #each}. */
  public static MapContents read(String name, Reader text, Predicate<String> knownPair)
      throws ConfigurationException, IOException {
    MapCollector collector = new MapCollector();
    each(name, text, knownPair, collector);
    return collector.contents();
  }

  /**
   * Hands out every entry of a text; {@code name} stands in front of every complaint.
   *
   * @param knownPair pairs that users may name though the text does not describe them
   * @throws ConfigurationException what is wrong; all else was handed out
   */
  public static void each(String name, Reader text, Predicate<String> knownPair, MapEntries to)
      throws ConfigurationException, IOException {
    // No ${NAME} here: a map comes over the network too, and must not read our environment.
    MapFile file = new MapFile(knownPair, to);
    try (file.users) {
      file.all(name, text);
    }
    file.complaints.end();
  }

  private void all(String name, Reader text) throws IOException {
    try {
      YamlItems.each(name, text, LISTS, this::item);
      end(name);
    } catch (ConfigurationException e) { // nothing behind it can be understood
      complaints.add(e);
    }
  }

  private void item(YamlSource source, String list, String where, Node item) throws IOException {
    try {
      entry(source, list, where, item);
    } catch (ConfigurationException e) {
      complaints.add(e);
    }
  }

  private void entry(YamlSource source, String list, String where, Node item)
      throws ConfigurationException, IOException {
    if (list.equals("domains")) {
      to.domain(domain(source, where, item));
      return;
    }
    Section section = new Section(source, where, item);
    switch (list) {
      case "pairs" -> readPair(section);
      case "holds" -> readHold(section);
      case "users" -> readUser(section);
      default -> readAlias(section);
    }
  }

  private void end(String name) throws IOException {
    Optional<SeenAddresses.Repeated> repeated = users.repeated();
    if (repeated.isPresent()) {
      complaints.add(
          new ConfigurationException(
              name
                  + ": users["
                  + repeated.get().second()
                  + "].address: stands in users["
                  + repeated.get().first()
                  + "] already"));
    }
    for (Map.Entry<String, Place> missing : awaited.entrySet()) {
      if (!pairs.contains(missing.getKey())) {
        complaints.add(
            new ConfigurationException(missing.getValue(), "there is no pair " + missing.getKey()));
      }
    }
    refuseLoops();
  }

  private static String domain(YamlSource source, String where, Node item)
      throws ConfigurationException {
    if (!(item instanceof ScalarNode scalar)) {
      throw source.wrong(item.getStartMark(), where, "a domain is expected here");
    }
    try {
      return MapWords.domain(scalar.getValue());
    } catch (IllegalArgumentException e) {
      throw source.wrong(item.getStartMark(), where, String.valueOf(e.getMessage()));
    }
  }

  private static Standing because(String reason) {
    return new Standing(reason, Instant.EPOCH, "", 0);
  }

  private void readPair(Section section) throws ConfigurationException, IOException {
    String pair = section.required("name", MapWords::name);
    // Known from here on: that its members are wrong is no reason to complain of its users.
    if (!pairs.add(pair)) {
      throw section.wrong("name", "pair " + pair + " stands here twice");
    }
    List<Member> members = members(section.section("members"));
    String active =
        section.has("active") || members.size() != 1
            ? section.required("active", MapWords::name)
            : members.getFirst().name();
    section.value("active", "", text -> text);
    boolean onHold = section.value("state", "active", MapWords::onHold);
    String reason = section.value("reason", "", MapWords::reason);
    section.end();
    if (members.isEmpty()) {
      throw section.wrong("pair " + pair + " has no members");
    }
    if (members.stream().noneMatch(member -> member.name().equals(active))) {
      throw section.wrong("active", "pair " + pair + " has no member " + active);
    }
    if (members.stream().map(Member::lmtp).distinct().count() < members.size()) {
      throw section.wrong("members", "two members of pair " + pair + " have the same lmtp");
    }
    to.pair(new Pair(pair, members, active, onHold, because(reason)));
  }

  private static List<Member> members(Section section) throws ConfigurationException {
    List<Member> members = new ArrayList<>();
    for (String name : section.names()) {
      members.add(member(section, name));
    }
    return members;
  }

  private static Member member(Section members, String name) throws ConfigurationException {
    try {
      MapWords.name(name);
    } catch (IllegalArgumentException e) {
      throw members.wrong(name, String.valueOf(e.getMessage()));
    }
    Section section = members.section(name);
    var lmtp = section.required("lmtp", MapWords::hostPort);
    var imap = section.has("imap") ? section.required("imap", MapWords::hostPort) : null;
    section.value("imap", "", text -> text);
    section.end();
    return new Member(name, lmtp, imap);
  }

  private void readHold(Section section) throws ConfigurationException, IOException {
    String domain = section.required("domain", MapWords::held);
    String reason = section.value("reason", "", MapWords::reason);
    section.end();
    if (!held.add(domain)) {
      throw section.wrong("domain", "the hold of " + domain + " stands here twice");
    }
    to.hold(new DomainHold(domain, because(reason)));
  }

  private void readUser(Section section) throws ConfigurationException, IOException {
    String address = section.required("address", MapWords::address);
    String pair = section.required("pair", MapWords::name);
    var state = section.has("state") ? section.required("state", MapWords::state) : null;
    section.value("state", "", text -> text);
    String target = section.has("to") ? section.required("to", MapWords::name) : null;
    section.value("to", "", text -> text);
    String reason = section.value("reason", "", MapWords::reason);
    var priority =
        section.has("priority") ? section.required("priority", MapWords::priority) : null;
    section.value("priority", "", text -> text);
    section.end();
    requirePair(section, "pair", pair);
    requirePair(section, "to", target);
    if (target != null && !MapWords.aside(state)) {
      throw section.wrong("to", "to is said with moving or recovering only");
    }
    if (!users.add(MapWords.sameness(address), ++userCount)) {
      throw section.wrong("address", address + " stands here twice");
    }
    String why = reason.isEmpty() ? null : reason;
    to.user(new UserChange(address, state, pair, target, why, null, priority));
  }

  /** A pair may be described further down. */
  private void requirePair(Section section, String key, @Nullable String pair)
      throws ConfigurationException {
    if (pair == null || pairs.contains(pair) || awaited.containsKey(pair)) {
      return;
    }
    if (!knownPair.test(pair)) {
      awaited.put(pair, section.place(key));
    }
    if (awaited.size() > MAX_AWAITED) {
      throw section.wrong(key, "there is no pair " + pair);
    }
  }

  private void readAlias(Section section) throws ConfigurationException, IOException {
    String from = section.required("from", MapWords::address);
    String target = section.required("to", MapWords::address);
    section.end();
    if (from.startsWith("@") != target.startsWith("@")) {
      throw section.wrong(
          "to", "a whole @domain goes to a whole @domain, an address to an address");
    }
    Alias alias = new Alias(from, target);
    if (aliases.put(MapWords.sameness(from), alias) != null) {
      throw section.wrong("from", from + " stands here twice");
    }
    aliasPlaces.put(MapWords.sameness(from), section.place("from"));
    to.alias(alias);
  }

  /**
   * Follows each alias through the aliases of this file; routing checks again, in all ways that
   * there are, with the rest of its map.
   */
  private void refuseLoops() {
    for (Map.Entry<String, Place> start : aliasPlaces.entrySet()) {
      if (isLoop(start.getKey())) {
        String what = "the alias " + start.getKey() + " leads in a circle";
        complaints.add(new ConfigurationException(start.getValue(), what));
      }
    }
  }

  private boolean isLoop(String start) {
    Alias alias = aliases.get(start);
    for (int steps = 0; alias != null; steps++) {
      String next = MapWords.sameness(alias.to());
      if (next.equals(start) || steps > MAX_ALIAS_CHAIN) {
        return true;
      }
      alias = aliases.get(next);
    }
    return false;
  }
}
