package org.holdfast.gateway.admin;

import com.codahale.metrics.Gauge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.QueueSummary;
import org.holdfast.holdqueue.QueueSummary.Totals;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.holdfast.holdqueue.dispatch.DispatchStatus.Breaker;
import org.holdfast.holdqueue.dispatch.DispatchStatus.NextHop;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.SetAside;
import org.holdfast.routing.Standing;
import org.jspecify.annotations.Nullable;

/**
 * What needs a person, in one list, each with what to do: found anew whenever somebody asks, from
 * what the gateway knows anyhow. Remembers nothing; thread-safe. The list is short by nature: it
 * names pairs, kinds and counts, never single users or messages.
 */
final class Attention {

  /** The disk is full within so many hours at the present rate: today's work, or tonight's. */
  static final double DISK_HOURS_SOON = 24;

  static final double DISK_HOURS_NOW = 4;

  /** Days until a certificate ends. */
  static final long CERTIFICATE_DAYS_SOON = 14;

  static final long CERTIFICATE_DAYS_NOW = 3;

  /** Forgotten holds of one kind that are named one by one. */
  static final int MOST_FORGOTTEN = 20;

  private static final String CERTIFICATE = ".tls.certificate.days";

  /** Mail for senders that goes out by the smarthost stands under this name. */
  private static final String OUR_OWN = "@";

  private final AdminPorts ports;

  Attention(AdminPorts ports) {
    this.ports = ports;
  }

  /** How long it can wait. */
  enum Urgency {
    /** Mail is refused, or waits though it could go, or nothing will happen by itself. */
    NOW,
    /** It will be so, or somebody should look in the daytime. */
    SOON
  }

  /**
   * One thing.
   *
   * @param urgency {@code now} or {@code soon}
   * @param kind one of {@code store}, {@code disk}, {@code map}, {@code dispatch}, {@code backend},
   *     {@code mass-refusal}, {@code parked}, {@code unknown-pair}, {@code forgotten-hold}, {@code
   *     forgotten-users}, {@code certificate}
   * @param target a pair, a domain, {@code *}, a door; empty when it is about the whole gateway
   * @param what in a few words
   * @param detail what is known, in a sentence; words of backends and people stand here as they are
   * @param todo what to do
   * @param state of the users it is about; null when it is about none
   */
  record Item(
      String urgency,
      String kind,
      String target,
      String what,
      String detail,
      String todo,
      @Nullable Instant since,
      @Nullable String state) {}

  /** Everything, what cannot wait first. */
  List<Item> items() {
    List<Item> items = new ArrayList<>();
    QueueSummary held = ports.history().totals();
    store(held, items);
    disk(items);
    map(items);
    backends(held, items);
    holds(items);
    parked(held, items);
    forgottenUsers(items);
    certificates(items);
    items.sort((a, b) -> a.urgency.compareTo(b.urgency));
    return items;
  }

  /** How many there are of each urgency. */
  static Map<String, Long> counts(List<Item> items) {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (Urgency urgency : Urgency.values()) {
      String word = word(urgency);
      counts.put(word, items.stream().filter(item -> item.urgency.equals(word)).count());
    }
    return counts;
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Item item(
      Urgency urgency,
      String kind,
      String target,
      String what,
      String detail,
      String todo,
      @Nullable Instant since) {
    return new Item(word(urgency), kind, target, what, detail, todo, since, null);
  }

  private static void store(QueueSummary held, List<Item> items) {
    String trouble = held.trouble();
    if (trouble != null) {
      items.add(
          item(
              Urgency.NOW,
              "store",
              "",
              "New mail is refused",
              "The store says: "
                  + trouble
                  + ". Senders get a temporary refusal and keep their mail.",
              "Make room: release a pair, redirect or discard what nobody needs, or give the data"
                  + " folder a larger disk. After a failed disk: restart the gateway when it is mended.",
              null));
    }
  }

  private void disk(List<Item> items) {
    History.Disk disk = ports.history().disk();
    Double hours = disk.hoursLeft();
    if (hours != null && hours < DISK_HOURS_SOON) {
      items.add(
          item(
              hours < DISK_HOURS_NOW ? Urgency.NOW : Urgency.SOON,
              "disk",
              "",
              "The store is full in about " + hours + " hours",
              "At the rate of the last minutes. Then new mail is refused temporarily; nothing that"
                  + " is held is lost.",
              "Release what can go, raise store.max-bytes if the disk has room, or enlarge the disk.",
              null));
    }
  }

  private void map(List<Item> items) {
    ports
        .routing()
        .trouble()
        .ifPresent(why ->
            items.add(
                item(
                    Urgency.NOW,
                    "map",
                    "",
                    "The location map cannot be used",
                    why + ". New mail gets 451; what is held stays held.",
                    "See the log. If the view is being made anew, wait: /readyz says how far it is.",
                    null)));
  }

  private void backends(QueueSummary held, List<Item> items) {
    DispatchStatus status = ports.queue().dispatch();
    if (status.stalled()) {
      items.add(
          item(
              Urgency.NOW,
              "dispatch",
              "",
              "No delivery is begun",
              "What became of the last deliveries cannot be written to disk.",
              "Look at the disk of the data folder and at the log, then restart the gateway.",
              null));
    }
    for (NextHop hop : status.nextHops()) {
      long waiting = waiting(held, hop.name());
      if (waiting > 0 && hop.breaker() != Breaker.CLOSED) {
        items.add(down(hop, waiting));
      } else if (waiting > 0 && ReleaseWatch.isSilent(status, hop)) {
        items.add(silent(hop, waiting));
      }
    }
  }

  private static Item down(NextHop hop, long waiting) {
    return item(
        Urgency.NOW,
        "backend",
        hop.name(),
        "Backend " + hop.member() + " of " + hop.name() + " does not take mail",
        waits(waiting) + " for it. It said last: " + hop.lastReply(),
        "Look at the server. If its standby is sound: fail over. The gateway tries again by itself"
            + " and goes on as soon as it answers.",
        null);
  }

  private static Item silent(NextHop hop, long waiting) {
    return item(
        Urgency.NOW,
        "backend",
        hop.name(),
        "Backend " + hop.member() + " of " + hop.name() + " is silent",
        waits(waiting) + "; the oldest attempt has no answer.",
        "Look at the server's load and disks. Consider to hold the pair, or to fail over.",
        hop.unanswered());
  }

  private static String waits(long deliveries) {
    return deliveries == 1 ? "1 delivery waits" : deliveries + " deliveries wait";
  }

  private static long waiting(QueueSummary held, String pair) {
    return held.nextHops().stream()
        .filter(totals -> totals.nextHop().equals(pair))
        .mapToLong(totals -> of(totals, DeliveryState.READY) + of(totals, DeliveryState.DEFERRED))
        .sum();
  }

  private static long of(Totals totals, DeliveryState state) {
    return totals.deliveries().getOrDefault(state, 0L);
  }

  private void holds(List<Item> items) {
    Instant cutoff = ports.forgotten().cutoff();
    int named = 0;
    for (ForgottenHolds.Wide hold :
        OverviewResource.ifReadable(() -> ForgottenHolds.wide(ports.routing()))) {
      Standing standing = hold.standing();
      if (isOfMassRefusal(hold)) {
        items.add(byGateway(hold));
      } else if (standing.since().isBefore(cutoff) && named++ < MOST_FORGOTTEN) {
        items.add(forgotten(hold));
      }
    }
  }

  /** A hold that came with the first map was made by the gateway too, for somebody else. */
  private static boolean isOfMassRefusal(ForgottenHolds.Wide hold) {
    return hold.kind().equals("pair")
        && hold.standing().by().equals("gateway")
        && !hold.standing().reason().startsWith("first start");
  }

  private static Item byGateway(ForgottenHolds.Wide hold) {
    return item(
        Urgency.NOW,
        "mass-refusal",
        hold.name(),
        "The gateway put " + hold.kind() + " " + hold.name() + " on hold itself",
        hold.standing().reason(),
        "Find out why the backend refused its users (its user database, its index), then release"
            + " the pair. Nothing was bounced or parked for it.",
        hold.standing().since());
  }

  private static Item forgotten(ForgottenHolds.Wide hold) {
    Standing standing = hold.standing();
    String reason = standing.reason().isEmpty() ? "no reason given" : standing.reason();
    return item(
        Urgency.SOON,
        "forgotten-hold",
        hold.name(),
        (hold.kind().equals("all") ? "Everything" : hold.kind() + " " + hold.name())
            + " is on hold for long",
        "By " + standing.by() + ": " + reason,
        "Ask " + standing.by() + " whether it is still needed, and release it if not.",
        standing.since());
  }

  private void parked(QueueSummary held, List<Item> items) {
    Set<String> known = new HashSet<>();
    List<Pair> pairs = OverviewResource.ifReadable(() -> ports.routing().pairs());
    pairs.forEach(pair -> known.add(pair.name()));
    for (Totals totals : held.nextHops()) {
      long parked = of(totals, DeliveryState.PARKED);
      if (parked > 0) {
        items.add(parked(totals.nextHop(), parked));
      }
      boolean strange = !pairs.isEmpty() && !known.contains(totals.nextHop());
      if (strange && HeldMail.deliveries(totals) > 0 && !totals.nextHop().startsWith(OUR_OWN)) {
        items.add(unknownPair(totals));
      }
    }
  }

  private static Item parked(String pair, long parked) {
    return item(
        Urgency.NOW,
        "parked",
        pair,
        parked + (parked == 1 ? " delivery is parked" : " deliveries are parked"),
        "The backend refused it for good, or somebody parked it. What is parked waits for ever.",
        "Read the backend's words, then try again, redirect to another address, or discard.",
        null);
  }

  private static Item unknownPair(Totals totals) {
    return item(
        Urgency.NOW,
        "unknown-pair",
        totals.nextHop(),
        "Mail is held for a pair that the map does not know",
        HeldMail.deliveries(totals) + " deliveries for " + totals.nextHop(),
        "Give the users another pair, redirect their mail, or put the pair back into the map.",
        totals.oldest());
  }

  private void forgottenUsers(List<Item> items) {
    for (SetAside users : ports.forgotten().counts()) {
      items.add(
          new Item(
              word(Urgency.SOON),
              "forgotten-users",
              users.pair(),
              users.users() + " of " + users.pair() + " are " + users.state().word() + " for long",
              "A callback that got lost, or a move that nobody finished.",
              "See who they are; ask whoever moves them; set them active when their mailbox is in"
                  + " order.",
              users.since(),
              users.state().word()));
    }
  }

  private void certificates(List<Item> items) {
    ports
        .counted()
        .getGauges((name, _) -> name.endsWith(CERTIFICATE))
        .forEach((name, gauge) -> certificate(name, gauge, items));
  }

  private static void certificate(String name, Gauge<?> gauge, List<Item> items) {
    if (gauge.getValue() instanceof Number number && number.longValue() < CERTIFICATE_DAYS_SOON) {
      long days = number.longValue();
      String door = name.substring("holdfast.".length(), name.length() - CERTIFICATE.length());
      items.add(
          item(
              days < CERTIFICATE_DAYS_NOW ? Urgency.NOW : Urgency.SOON,
              "certificate",
              door,
              "The certificate of " + door + " ends in " + Duration.ofDays(days).toDays() + " days",
              "Senders that insist on a valid certificate will not hand over mail after that.",
              "Renew the file; the gateway takes the new one without a restart (docs/tls.md).",
              null));
    }
  }
}
