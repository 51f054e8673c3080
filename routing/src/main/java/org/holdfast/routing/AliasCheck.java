package org.holdfast.routing;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.holdfast.routing.RefusedChangeException.Kind;

/**
 * Is it possible to add these aliases? Refuses what would go in a circle, names what would never be
 * used or leads to nobody.
 *
 * <p>That no circle is overlooked: a new circle has a new alias in it. An alias of an address is
 * followed from that address. An alias of a whole domain is part of a circle only together with an
 * alias of an address in a domain that it leads to: all of those are followed. A mail with a
 * subaddress may take another way than one without where an address with that subaddress is itself
 * an alias: wherever a way comes by, such aliases are followed too.
 */
final class AliasCheck {

  /** More aliases of addresses than these are not followed for one load. */
  static final int MOST_FOLLOWED = 1_000_000;

  private static final int PAGE = 1000;

  private final Existing existing;
  private final MapRows then;
  private final String separator;
  private final LoadTally tally;
  private final Set<String> seen = new HashSet<>();
  private final Deque<String> starts = new ArrayDeque<>();

  /** The aliases of the map, a page of them in the order of their keys. */
  interface Existing {
    List<Alias> after(String from, int limit) throws SQLException;
  }

  AliasCheck(MapRows now, Existing existing, LoadInput input, String separator, LoadTally tally) {
    this.existing = existing;
    this.then = new LoadedRows(now, input);
    this.separator = separator;
    this.tally = tally;
  }

  void check(List<Alias> aliases) throws SQLException, RefusedChangeException {
    for (Alias alias : aliases) {
      if (alias.from().startsWith("@")) {
        wholeDomain(alias);
      } else {
        start(alias.from());
      }
    }
    for (String start = starts.poll(); start != null; start = starts.poll()) {
      follow(start);
    }
    for (Alias alias : aliases) {
      warn(alias);
    }
  }

  /** Followed with a name that nobody has; then every alias where it comes by. */
  private void wholeDomain(Alias alias) throws SQLException, RefusedChangeException {
    String at = alias.from();
    for (int steps = 0; at != null; steps++) {
      if (steps > Resolution.MAX_ALIASES) {
        throw circle(alias.from());
      }
      at = then.row(at).alias();
      if (at != null) {
        startAll("", at.substring(1));
      }
    }
  }

  private void start(String address) throws RefusedChangeException {
    if (seen.add(address)) {
      starts.add(address);
    }
    if (seen.size() > MOST_FOLLOWED) {
      throw new RefusedChangeException(
          Kind.INVALID, "more than " + MOST_FOLLOWED + " aliases would have to be followed");
    }
  }

  /** Every alias of the map in this domain whose local part begins so, and is longer. */
  private void startAll(String begin, String domain) throws SQLException, RefusedChangeException {
    String after = begin + "@" + domain;
    while (after != null) {
      List<Alias> page = existing.after(after, PAGE);
      after = page.size() < PAGE ? null : page.getLast().from();
      for (Alias alias : page) {
        if (!alias.from().endsWith("@" + domain) || !alias.from().startsWith(begin)) {
          return;
        }
        start(alias.from());
      }
    }
  }

  private void follow(String start) throws SQLException, RefusedChangeException {
    Resolution resolution = new Resolution(then, separator);
    try {
      for (Address step : resolution.steps(Address.parse(start))) {
        if (!separator.isEmpty()) {
          startAll(step.withoutDetail(separator).local() + separator, step.domain());
        }
      }
    } catch (Resolution.AliasLoopException _) {
      throw circle(start);
    }
  }

  private static RefusedChangeException circle(String from) {
    return new RefusedChangeException(
        Kind.INVALID,
        "the aliases of "
            + from
            + " go in a circle, or on for more than "
            + Resolution.MAX_ALIASES);
  }

  private void warn(Alias alias) throws SQLException {
    if (alias.from().startsWith("@")) {
      if (!then.row(alias.to()).served()) {
        tally.warning(
            "alias " + alias.from() + ": nobody lives in " + alias.to().substring(1) + " (550)");
      }
      return;
    }
    if (then.row(alias.from()).user() != null) {
      tally.warning("alias " + alias.from() + " is never used: that is a user");
    } else if (!leadsToSomebody(alias)) {
      tally.warning("alias " + alias.from() + " leads to nobody: " + alias.to() + " (550)");
    }
  }

  private boolean leadsToSomebody(Alias alias) throws SQLException {
    try {
      return new Resolution(then, separator).of(Address.parse(alias.to()))
          instanceof Location.Mailbox;
    } catch (Resolution.AliasLoopException e) {
      throw new SQLException("followed before", e);
    }
  }
}
