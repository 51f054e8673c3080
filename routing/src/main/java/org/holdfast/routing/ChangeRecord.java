package org.holdfast.routing;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.holdfast.routing.MapChange.PutAliases;
import org.holdfast.routing.MapChange.PutDomains;
import org.holdfast.routing.MapChange.PutHold;
import org.holdfast.routing.MapChange.PutPair;
import org.holdfast.routing.MapChange.PutUsers;
import org.holdfast.routing.MapChange.RemoveAlias;
import org.holdfast.routing.MapChange.RemoveDomain;
import org.holdfast.routing.MapChange.RemovePair;
import org.holdfast.routing.MapChange.RemoveUser;
import org.holdfast.routing.MapChange.Reset;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@link MapChange} in the log. The log frames and checksums them; here is only the
 * body.
 *
 * <pre>
 *   body      = version:1 type:1 fields          version is 1
 *   type 1    = epoch                            reset
 *   type 2    = words epoch since count user*    users; epoch and since are the first user's
 *     words   = count string*                    pair names, reasons and names, each once
 *     user    = address state:1 pair by reason Δepoch Δsince [to] [priority] [Δnumber Δasked]
 *                                                pair, by, reason, to: places in words; Δ: zigzag,
 *                                                from epoch and since above; to is there when state
 *                                                has the bit 0x80, priority (zigzag) when it has
 *                                                0x40, else it is 0; number of the request and
 *                                                when it was made, as epoch and since, when it has
 *                                                0x20
 *   type 3    = address standing                 user removed
 *   type 4    = name active onHold:1 standing count member*     pair
 *     member  = name lmtp imap                   HOST:PORT, [v6]:PORT; imap empty: not known
 *   type 5    = epoch count (from to)*           aliases
 *   type 6    = from standing                    alias removed
 *   type 7    = domain onHold:1 standing         hold of a domain, or of everything: "*"
 *   type 8    = name standing                    pair removed
 *   type 9    = epoch count domain*              domains that are served
 *   type 10   = domain standing                  domain served no more
 *   standing  = reason since by epoch            since: milliseconds since 1970, zigzag
 *   string    = length utf-8                     numbers: 7 bits a byte, low first, high bit: more
 * </pre>
 */
final class ChangeRecord {

  static final int VERSION = 1;

  /** In the octet of a user's state: where it is being moved to stands behind it. */
  private static final int HAS_TARGET = 0x80;

  /** The same of a priority that is not 0. */
  private static final int HAS_PRIORITY = 0x40;

  /** The same of a request to be restored. */
  private static final int HAS_REQUEST = 0x20;

  private ChangeRecord() {}

  static byte[] encode(MapChange change) {
    ByteWriter out = new ByteWriter();
    out.octet(VERSION);
    switch (change) {
      case Reset r -> out.octet(1).number(r.epoch());
      case PutUsers p -> users(out.octet(2), p.users());
      case RemoveUser r -> standing(out.octet(3).text(r.address()), r.standing());
      case PutPair p -> pair(out.octet(4), p.pair());
      case PutAliases a -> aliases(out.octet(5), a);
      case RemoveAlias r -> standing(out.octet(6).text(r.from()), r.standing());
      case PutHold h -> standing(out.octet(7).text(h.domain()).flag(h.onHold()), h.standing());
      case RemovePair r -> standing(out.octet(8).text(r.name()), r.standing());
      case PutDomains d -> domains(out.octet(9), d);
      case RemoveDomain r -> standing(out.octet(10).text(r.domain()), r.standing());
    }
    return out.bytes();
  }

  /**
   * Reads a record back.
   *
   * @throws IOException when it is not one, or of a version that this program doesn't know
   */
  static MapChange decode(byte[] body) throws IOException {
    ByteReader in = new ByteReader(body);
    int version = in.octet();
    if (version != VERSION) {
      throw new IOException("a change of the map in version " + version + ", not " + VERSION);
    }
    MapChange change = decode(in, in.octet());
    in.requireEnd();
    return change;
  }

  private static MapChange decode(ByteReader in, int type) throws IOException {
    return switch (type) {
      case 1 -> new Reset(in.number());
      case 2 -> new PutUsers(users(in));
      case 3 -> new RemoveUser(in.text(), standing(in));
      case 4 -> new PutPair(pair(in));
      case 5 -> aliases(in);
      case 6 -> new RemoveAlias(in.text(), standing(in));
      case 7 -> new PutHold(in.text(), in.flag(), standing(in));
      case 8 -> new RemovePair(in.text(), standing(in));
      case 9 -> domains(in);
      case 10 -> new RemoveDomain(in.text(), standing(in));
      default -> throw new IOException("a change of the map of unknown type " + type);
    };
  }

  // ---- users

  private static void users(ByteWriter out, List<User> users) {
    Map<String, Integer> words = new LinkedHashMap<>();
    for (User user : users) {
      words.putIfAbsent(user.pair(), words.size());
      words.putIfAbsent(user.standing().by(), words.size());
      words.putIfAbsent(user.standing().reason(), words.size());
      if (user.movingTo() != null) {
        words.putIfAbsent(user.movingTo(), words.size());
      }
    }
    out.number(words.size());
    words.keySet().forEach(out::text);
    long epoch = users.getFirst().standing().epoch();
    long since = users.getFirst().standing().since().toEpochMilli();
    out.number(epoch).signed(since).number(users.size());
    for (User user : users) {
      Standing s = user.standing();
      String to = user.movingTo();
      RestoreRequest request = user.request();
      out.text(user.address()).octet(user.state().code() | has(user));
      out.number(place(words, user.pair()))
          .number(place(words, s.by()))
          .number(place(words, s.reason()));
      out.signed(s.epoch() - epoch).signed(s.since().toEpochMilli() - since);
      if (to != null) {
        out.number(place(words, to));
      }
      if (user.priority() != 0) {
        out.signed(user.priority());
      }
      if (request != null) {
        out.signed(request.number() - epoch).signed(request.since().toEpochMilli() - since);
      }
    }
  }

  private static int has(User user) {
    return (user.movingTo() == null ? 0 : HAS_TARGET)
        | (user.priority() == 0 ? 0 : HAS_PRIORITY)
        | (user.request() == null ? 0 : HAS_REQUEST);
  }

  private static int place(Map<String, Integer> words, String word) {
    return Objects.requireNonNull(words.get(word));
  }

  private static List<User> users(ByteReader in) throws IOException {
    String[] words = new String[in.count()];
    for (int i = 0; i < words.length; i++) {
      words[i] = in.text();
    }
    long epoch = in.number();
    long since = in.signed();
    int count = in.count();
    List<User> users = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String address = in.text();
      int code = in.octet();
      UserState state = state(code & ~(HAS_TARGET | HAS_PRIORITY | HAS_REQUEST));
      String pair = in.oneOf(words);
      String by = in.oneOf(words);
      String reason = in.oneOf(words);
      long itsEpoch = epoch + in.signed();
      Instant itsSince = Instant.ofEpochMilli(since + in.signed());
      String to = (code & HAS_TARGET) == 0 ? null : in.oneOf(words);
      int priority = (code & HAS_PRIORITY) == 0 ? 0 : priority(in.signed());
      RestoreRequest request =
          (code & HAS_REQUEST) == 0
              ? null
              : new RestoreRequest(epoch + in.signed(), Instant.ofEpochMilli(since + in.signed()));
      Standing standing = new Standing(reason, itsSince, by, itsEpoch);
      users.add(new User(address, pair, state, to, priority, request, standing));
    }
    return users;
  }

  private static int priority(long number) throws IOException {
    int priority = (int) number;
    if (priority != number || !User.isPriority(priority)) {
      throw new IOException("no priority " + number);
    }
    return priority;
  }

  private static UserState state(int code) throws IOException {
    return UserState.ofCode(code).orElseThrow(() -> new IOException("no state " + code));
  }

  // ---- pairs, aliases, standings

  private static void pair(ByteWriter out, Pair pair) {
    out.text(pair.name()).text(pair.active()).flag(pair.onHold());
    standing(out, pair.standing());
    out.number(pair.members().size());
    for (Member member : pair.members()) {
      HostPort imap = member.imap();
      out.text(member.name()).text(member.lmtp().toString());
      out.text(imap == null ? "" : imap.toString());
    }
  }

  private static Pair pair(ByteReader in) throws IOException {
    String name = in.text();
    String active = in.text();
    boolean onHold = in.flag();
    Standing standing = standing(in);
    List<Member> members = new ArrayList<>();
    for (int left = in.count(); left > 0; left--) {
      members.add(new Member(in.text(), HostPort.parse(in.text()), hostPort(in.text())));
    }
    return new Pair(name, members, active, onHold, standing);
  }

  private static @Nullable HostPort hostPort(String text) {
    return text.isEmpty() ? null : HostPort.parse(text);
  }

  private static void aliases(ByteWriter out, PutAliases change) {
    out.number(change.epoch()).number(change.aliases().size());
    for (Alias alias : change.aliases()) {
      out.text(alias.from()).text(alias.to());
    }
  }

  private static PutAliases aliases(ByteReader in) throws IOException {
    long epoch = in.number();
    List<Alias> aliases = new ArrayList<>();
    for (int left = in.count(); left > 0; left--) {
      aliases.add(new Alias(in.text(), in.text()));
    }
    return new PutAliases(aliases, epoch);
  }

  private static void domains(ByteWriter out, PutDomains change) {
    out.number(change.epoch()).number(change.domains().size());
    change.domains().forEach(out::text);
  }

  private static PutDomains domains(ByteReader in) throws IOException {
    long epoch = in.number();
    List<String> domains = new ArrayList<>();
    for (int left = in.count(); left > 0; left--) {
      domains.add(in.text());
    }
    return new PutDomains(domains, epoch);
  }

  private static void standing(ByteWriter out, Standing s) {
    out.text(s.reason()).signed(s.since().toEpochMilli()).text(s.by()).number(s.epoch());
  }

  private static Standing standing(ByteReader in) throws IOException {
    return new Standing(in.text(), Instant.ofEpochMilli(in.signed()), in.text(), in.number());
  }
}
