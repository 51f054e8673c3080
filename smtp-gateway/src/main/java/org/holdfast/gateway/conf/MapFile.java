package org.holdfast.gateway.conf;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.holdfast.routing.Alias;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Standing;

/**
 * Reads a map in YAML ({@code conf/map.yaml}): pairs, users, aliases. It is held in memory as a
 * whole; for more than some 100 000 users there is {@link UserCsv}.
 */
public final class MapFile {

  /** What a map file says, in its order. Pairs carry no standing of their own yet. */
  public record Contents(List<Pair> pairs, List<UserChange> users, List<Alias> aliases) {
    public Contents {
      pairs = List.copyOf(pairs);
      users = List.copyOf(users);
      aliases = List.copyOf(aliases);
    }
  }

  /** Longest chain of aliases of aliases. */
  static final int MAX_ALIAS_CHAIN = 10;

  private static final Standing NONE = new Standing("", Instant.EPOCH, "", 0);

  private final Section root;
  private final Predicate<String> knownPair;
  private final Map<String, Pair> pairs = new LinkedHashMap<>();
  private final Map<String, UserChange> users = new LinkedHashMap<>();
  private final Map<String, Alias> aliases = new LinkedHashMap<>();
  private final Map<String, Section> aliasSections = new LinkedHashMap<>();

  private MapFile(Section root, Predicate<String> knownPair) {
    this.root = root;
    this.knownPair = knownPair;
  }

  /** Reads a file that stands for itself: every pair its users name is in it. */
  public static Contents read(Path file) throws ConfigurationException {
    try (Reader text = Files.newBufferedReader(file)) {
      return read(file.toString(), text, pair -> false);
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(file + ": there is no such file");
    } catch (IOException e) {
      throw new ConfigurationException(file + ": cannot be read: " + e);
    }
  }

  /**
   * Reads a text; {@code name} stands in front of every complaint.
   *
   * @param knownPair pairs that users may name though the text does not describe them
   */
  public static Contents read(String name, Reader text, Predicate<String> knownPair)
      throws ConfigurationException {
    // No ${NAME} here: a map comes over the network too, and must not read our environment.
    YamlSource source = YamlSource.parse(name, text, null);
    return new MapFile(source.root(), knownPair).contents();
  }

  private Contents contents() throws ConfigurationException {
    for (Section pair : root.sections("pairs")) {
      readPair(pair);
    }
    for (Section user : root.sections("users")) {
      readUser(user);
    }
    for (Section alias : root.sections("aliases")) {
      readAlias(alias);
    }
    root.end();
    refuseLoops();
    return new Contents(
        List.copyOf(pairs.values()), List.copyOf(users.values()), List.copyOf(aliases.values()));
  }

  private void readPair(Section section) throws ConfigurationException {
    String name = section.required("name", MapWords::name);
    List<Member> members = members(section.section("members"));
    String active =
        section.has("active") || members.size() != 1
            ? section.required("active", MapWords::name)
            : members.getFirst().name();
    section.value("active", "", text -> text);
    section.end();
    if (members.isEmpty()) {
      throw section.wrong("pair " + name + " has no members");
    }
    if (members.stream().noneMatch(member -> member.name().equals(active))) {
      throw section.wrong("active", "pair " + name + " has no member " + active);
    }
    if (pairs.put(name, new Pair(name, members, active, false, NONE)) != null) {
      throw section.wrong("name", "pair " + name + " stands here twice");
    }
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

  private void readUser(Section section) throws ConfigurationException {
    String address = section.required("address", MapWords::address);
    String pair = section.required("pair", MapWords::name);
    var state = section.has("state") ? section.required("state", MapWords::state) : null;
    section.value("state", "", text -> text);
    section.end();
    if (!pairs.containsKey(pair) && !knownPair.test(pair)) {
      throw section.wrong("pair", "there is no pair " + pair);
    }
    if (users.put(MapWords.sameness(address), new UserChange(address, state, pair, null)) != null) {
      throw section.wrong("address", address + " stands here twice");
    }
  }

  private void readAlias(Section section) throws ConfigurationException {
    String from = section.required("from", MapWords::address);
    String to = section.required("to", MapWords::address);
    section.end();
    if (from.startsWith("@") != to.startsWith("@")) {
      throw section.wrong(
          "to", "a whole @domain goes to a whole @domain, an address to an address");
    }
    if (aliases.put(MapWords.sameness(from), new Alias(from, to)) != null) {
      throw section.wrong("from", from + " stands here twice");
    }
    aliasSections.put(MapWords.sameness(from), section);
  }

  /**
   * Follows each alias through the aliases of this file; routing checks again with the rest of its
   * map.
   */
  private void refuseLoops() throws ConfigurationException {
    for (Map.Entry<String, Section> start : aliasSections.entrySet()) {
      Alias alias = aliases.get(start.getKey());
      for (int steps = 0; alias != null; steps++) {
        String next = MapWords.sameness(alias.to());
        if (next.equals(start.getKey()) || steps > MAX_ALIAS_CHAIN) {
          throw start
              .getValue()
              .wrong("from", "the alias " + start.getKey() + " leads in a circle");
        }
        alias = aliases.get(next);
      }
    }
  }
}
