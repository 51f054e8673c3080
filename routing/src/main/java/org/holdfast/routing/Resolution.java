package org.holdfast.routing;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
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

  /** Hears by which steps an address was resolved. */
  interface Trail {

    /** It goes by this address now; the recipient's own first. */
    void at(Address address);

    /** There is a user of exactly this address. */
    default void user(String address) {}

    /** There is a user of this address, which is without the subaddress. */
    default void withoutDetail(String address) {}

    /** An alias, of the address or of it without its subaddress. */
    default void alias(String from, String to) {}

    /** An alias of the whole domain. */
    default void ofDomain(String from, String to) {}

    /** This entry takes what nobody else of its domain does. */
    default void catchAll(String entry) {}
  }

  private static final Trail UNHEARD = _ -> {};

  /** Where this recipient's mail goes. */
  Location of(Address recipient) throws SQLException, AliasLoopException {
    return of(recipient, UNHEARD);
  }

  /** The addresses by which this recipient's mail comes, its own first. */
  List<Address> steps(Address recipient) throws SQLException, AliasLoopException {
    List<Address> steps = new ArrayList<>();
    Location _ = of(recipient, steps::add);
    return steps;
  }

  /** The same; {@code trail} hears how. */
  Location of(Address recipient, Trail trail) throws SQLException, AliasLoopException {
    Address at = recipient;
    for (int aliases = 0; aliases <= MAX_ALIASES; aliases++) {
      trail.at(at);
      Location found = mailbox(at, trail);
      if (found != null) {
        return found;
      }
      Address next = next(at, trail);
      if (next == null) {
        return catchAll(at, recipient, trail);
      }
      at = next;
    }
    throw new AliasLoopException(recipient.toString());
  }

  /** A user of this address, unless an alias is more exact. */
  private @Nullable Location mailbox(Address at, Trail trail) throws SQLException {
    User exact = map.row(at.toString()).user();
    if (exact != null) {
      trail.user(exact.address());
      return new Location.Mailbox(exact, exact.address(), exact.address());
    }
    Address plain = at.withoutDetail(separator);
    if (plain.equals(at) || alias(at.toString()) != null) {
      return null;
    }
    User user = map.row(plain.toString()).user();
    if (user == null) {
      return null;
    }
    trail.withoutDetail(user.address());
    return new Location.Mailbox(user, at.deliverable(separator), user.address());
  }

  /** Where an alias of this address, or of its domain, leads. */
  private @Nullable Address next(Address at, Trail trail) throws SQLException {
    String exact = alias(at.toString());
    if (exact != null) {
      trail.alias(at.toString(), exact);
      return Address.parse(exact);
    }
    Address plain = at.withoutDetail(separator);
    String ofPlain = plain.equals(at) ? null : alias(plain.toString());
    if (ofPlain != null) {
      trail.alias(plain.toString(), ofPlain);
      return Address.parse(ofPlain).withDetail(at.detail(separator), separator);
    }
    String ofDomain = alias(at.ofDomain());
    if (ofDomain == null) {
      return null;
    }
    trail.ofDomain(at.ofDomain(), ofDomain);
    return at.at(ofDomain.substring(1));
  }

  private @Nullable String alias(String from) throws SQLException {
    return map.row(from).alias();
  }

  /** After an alias the domain is ours whatever it says: the address asked for was. */
  private Location catchAll(Address at, Address recipient, Trail trail) throws SQLException {
    LocationMap.Row domain = map.row(at.ofDomain());
    User user = domain.user();
    if (user != null) {
      trail.catchAll(user.address());
      String mailbox = at.withoutDetail(separator).toString();
      return new Location.Mailbox(user, at.deliverable(separator), mailbox);
    }
    return domain.served() || !at.equals(recipient)
        ? new Location.UnknownUser(recipient.toString())
        : new Location.ForeignDomain(at.domain());
  }
}
