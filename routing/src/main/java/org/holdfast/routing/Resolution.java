package org.holdfast.routing;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * From a recipient to the user who answers for it. The order, most exact first:
 *
 * <ol>
 *   <li>a user of exactly this address, subaddress included; an alias of exactly this address
 *   <li>the same without the subaddress
 *   <li>an alias of the whole domain: the same name there, from the top
 *   <li>the catch-all {@code @domain}
 * </ol>
 *
 * An alias that was found without the subaddress passes it on, unless its target has one itself.
 */
final class Resolution {

  /** Longest chain of aliases; one more is a loop. */
  static final int MAX_ALIASES = 10;

  private final MapRows map;
  private final String separator;

  Resolution(MapRows map, String separator) {
    this.map = map;
    this.separator = separator;
  }

  /** A chain of aliases that does not end. */
  static final class AliasLoopException extends Exception {

    private static final long serialVersionUID = 1L;

    AliasLoopException(String address) {
      super("the aliases of " + address + " go in a circle, or on for more than " + MAX_ALIASES);
    }
  }

  /** Where this recipient's mail goes. */
  Location of(Address recipient) throws SQLException, AliasLoopException {
    return of(recipient, _ -> {});
  }

  /** The addresses by which this recipient's mail comes, its own first. */
  List<Address> steps(Address recipient) throws SQLException, AliasLoopException {
    List<Address> steps = new ArrayList<>();
    Location _ = of(recipient, steps::add);
    return steps;
  }

  private Location of(Address recipient, Consumer<Address> steps)
      throws SQLException, AliasLoopException {
    Address at = recipient;
    for (int aliases = 0; aliases <= MAX_ALIASES; aliases++) {
      steps.accept(at);
      Location found = mailbox(at);
      if (found != null) {
        return found;
      }
      Address next = next(at);
      if (next == null) {
        return catchAll(at, recipient);
      }
      at = next;
    }
    throw new AliasLoopException(recipient.toString());
  }

  /** A user of this address, unless an alias is more exact. */
  private @Nullable Location mailbox(Address at) throws SQLException {
    User exact = map.row(at.toString()).user();
    if (exact != null) {
      return new Location.Mailbox(exact, exact.address(), exact.address());
    }
    Address plain = at.withoutDetail(separator);
    if (plain.equals(at) || alias(at.toString()) != null) {
      return null;
    }
    User user = map.row(plain.toString()).user();
    return user == null
        ? null
        : new Location.Mailbox(user, at.deliverable(separator), user.address());
  }

  /** Where an alias of this address, or of its domain, leads. */
  private @Nullable Address next(Address at) throws SQLException {
    String exact = alias(at.toString());
    if (exact != null) {
      return Address.parse(exact);
    }
    Address plain = at.withoutDetail(separator);
    String ofPlain = plain.equals(at) ? null : alias(plain.toString());
    if (ofPlain != null) {
      return Address.parse(ofPlain).withDetail(at.detail(separator), separator);
    }
    String ofDomain = alias(at.ofDomain());
    return ofDomain == null ? null : at.at(ofDomain.substring(1));
  }

  private @Nullable String alias(String from) throws SQLException {
    return map.row(from).alias();
  }

  /** After an alias the domain is ours whatever it says: the address asked for was. */
  private Location catchAll(Address at, Address recipient) throws SQLException {
    LocationMap.Row domain = map.row(at.ofDomain());
    User user = domain.user();
    if (user != null) {
      String mailbox = at.withoutDetail(separator).toString();
      return new Location.Mailbox(user, at.deliverable(separator), mailbox);
    }
    return domain.served() || !at.equals(recipient)
        ? new Location.UnknownUser(recipient.toString())
        : new Location.ForeignDomain(at.domain());
  }
}
