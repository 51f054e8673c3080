package org.holdfast.gateway.demo;

import jakarta.mail.MessagingException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The chapters: a mail store dies under live users (what happened to mail operators in 2006), and
 * what the gateway makes of it. One thread tells it.
 */
final class Story {

  static final List<String> RESTORED =
      Stream.of("alice", "bob", "carol", "dave").map(Story::address).toList();
  static final List<String> UNTOUCHED = Stream.of("erin", "frank").map(Story::address).toList();

  private static final long BRISK_MILLIS = 150;
  private static final long BRISKEST_MILLIS = 40; // so that a story told fast is a short one too
  private static final Duration WAIT_LIMIT = Duration.ofSeconds(45);
  private static final int MORNING_MAIL =
      60; // however slow the machine, imap5 has something to lose
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final double pace;
  private final Narrator tell;
  private final Backends backends;
  private final AdminApi operator;
  private final RestoreScript restore;
  private final Senders senders;
  private final Map<String, Integer> copied = new LinkedHashMap<>();
  private final Map<String, Integer> held = new LinkedHashMap<>();

  /**
   * A story not begun.
   *
   * @param pace 1 as people read; smaller is faster
   */
  Story(
      double pace,
      Narrator tell,
      Backends backends,
      DemoGateway gateway,
      AdminApi operator,
      AdminApi backend) {
    this.pace = pace;
    this.tell = tell;
    this.backends = backends;
    this.operator = operator;
    this.restore = new RestoreScript(backends.imap5(), backends.imap78(), backend);
    Duration brisk = Duration.ofMillis(Math.max(BRISKEST_MILLIS, (long) (BRISK_MILLIS * pace)));
    this.senders =
        new Senders(everybody().map(user -> new Sender(user, 1, gateway.smtp(), brisk)).toList());
  }

  static Stream<String> everybody() {
    return Stream.concat(RESTORED.stream(), UNTOUCHED.stream());
  }

  /** Tells it all; true when every mail arrived exactly where it should. */
  boolean tell() throws IOException, InterruptedException, MessagingException {
    ordinaryMorning();
    long death = System.nanoTime();
    serverDies();
    operatorSetsMoving();
    mailPilesUp(death);
    usersComeBack();
    oldServerReturns();
    return count();
  }

  /** What the next sender to this user should begin with. */
  int nextNumber(String user) {
    return senders.accepted(user).size() + 1;
  }

  private void ordinaryMorning() throws IOException, InterruptedException {
    tell.chapter("1. An ordinary morning");
    tell.say("Six senders write to six users without a pause, over SMTP, to the gateway.");
    senders.start();
    pass(2_500);
    await(() -> senders.accepted() >= MORNING_MAIL, "the first mail");
    tell.say(
        "%d messages sent, each answered 250 after its backend had said 250. Nothing is queued.",
        senders.accepted());
  }

  private void serverDies() throws InterruptedException, IOException {
    tell.chapter("2. imap5 dies");
    backends.imap5().die();
    tell.say("imap5 is dead: its ports are closed, its connections cut. Nobody was warned.");
    tell.say(
        "Its standby imap6 stopped replicating last week, so a failover is out of the question.");
    pass(2_000);
    tell.say(
        "Senders still get 250: mail that can't go is on stable storage first. Waiting now: %d.",
        totalHeld(RESTORED));
  }

  private void operatorSetsMoving() throws IOException, InterruptedException {
    tell.chapter("3. The operator says what is true: these four are being moved, to imap7-8");
    for (String user : RESTORED) {
      JsonNode answer =
          operator.setState(
              user,
              Map.of("state", "moving", "to", "imap7-8", "reason", "imap5 died", "wait", "10s"));
      tell.say(
          "user state %s moving --to imap7-8  -> quiesced: %s, held: %d",
          user, answer.path("quiesced").asBoolean(false), answer.path("held").asInt(0));
    }
    tell.line("quiesced: nothing is being delivered to the old place, and nothing will be.");
    tell.line("From now on their mail is held: without an expiry, without a bounce.");
  }

  private void mailPilesUp(long death) throws InterruptedException, IOException {
    tell.chapter("4. Mail goes on coming in");
    for (int look = 0; look < 3; look++) {
      pass(1_000);
      tell.say(
          "accepted in all %4d, held for the four %4d, refused %d",
          senders.accepted(), totalHeld(RESTORED), senders.bounced());
    }
    tell.say(
        "Nobody else noticed: a 250 for mail to erin and frank took %d ms before imap5 died and"
            + " takes %d ms since (medians).",
        senders.medianWait(UNTOUCHED, at -> at < death).toMillis(),
        senders.medianWait(UNTOUCHED, at -> at >= death).toMillis());
  }

  private void usersComeBack() throws IOException, InterruptedException, MessagingException {
    tell.chapter("5. Users come back one by one, on imap7");
    backends.imap5().serveImapOnly();
    tell.say("imap5's disk was put into another machine and can be read. The restore begins.");
    for (String user : RESTORED) {
      comeBack(user);
      pass(400);
    }
    tell.say("All four are back. Mail for them goes straight through again.");
    pass(1_000);
  }

  private void comeBack(String user) throws IOException, InterruptedException, MessagingException {
    int messages = restore.copy(user);
    copied.put(user, messages);
    int waiting = heldFor(user);
    held.put(user, waiting);
    tell.say(
        "%s: the restore script copied %d messages to imap7 and calls the gateway:",
        user, messages);
    tell.line("PUT /v1/users/%s/state {\"state\":\"active\",\"pair\":\"imap7-8\"}", user);
    long released = System.nanoTime();
    restore.callBack(user);
    await(() -> heldFor(user) == 0, "the mail of " + user);
    tell.say(
        "%s: what waited (%d) and what came meanwhile was delivered in order, in %d ms.",
        user, waiting, (System.nanoTime() - released) / 1_000_000);
  }

  private void oldServerReturns() throws IOException, InterruptedException {
    tell.chapter("6. imap5 is repaired and takes mail again");
    backends.imap5().takeMailAgain();
    pass(800);
    tell.say("It gets none: its users live elsewhere now.");
    senders.stop();
    await(() -> totalHeld(everybody().toList()) == 0, "the rest of the mail");
    tell.say("The senders stop. Now every mailbox is read over IMAP and counted.");
  }

  private boolean count() throws MessagingException {
    tell.chapter("7. The count");
    tell.line(
        "%-20s %8s %9s %9s %9s %6s %6s %6s",
        "user", "250", "of imap5", "held", "on imap7", "lost", "twice", "order");
    List<Tally> tallies = new ArrayList<>();
    int misplaced = 0;
    for (String user : everybody().toList()) {
      Tally tally = Tally.of(senders.accepted(user), numbers(backends.imap7(), user));
      tallies.add(tally);
      misplaced += misplaced(user);
      tell.line(
          "%-20s %8d %9d %9d %9d %6d %6d %6s",
          user,
          tally.accepted(),
          copied.getOrDefault(user, 0),
          held.getOrDefault(user, 0),
          tally.arrived(),
          tally.lost(),
          tally.duplicates(),
          tally.outOfOrder() == 0 ? "kept" : tally.outOfOrder() + "!");
    }
    return verdict(Tally.sum(tallies), misplaced);
  }

  private boolean verdict(Tally all, int misplaced) {
    int heldMeanwhile = held.values().stream().mapToInt(Integer::intValue).sum();
    tell.line(
        "accepted %d, delivered %d, held meanwhile %d, postponed by 4xx %d",
        all.accepted(), all.arrived(), heldMeanwhile, senders.postponed());
    boolean good = all.perfect() && misplaced == 0 && senders.bounced() == 0;
    tell.verdict(
        good,
        "lost %d, bounced %d, out of order %d, duplicates %d, in the wrong place %d"
            .formatted(
                all.lost(),
                senders.bounced(),
                all.outOfOrder(),
                all.duplicates(),
                misplaced + all.strangers()));
    return good;
  }

  /** Messages where none should be: on a standby, or on imap5 beyond what the restore copied. */
  private int misplaced(String user) throws MessagingException {
    int elsewhere = 0;
    if (RESTORED.contains(user)) {
      int late = numbers(backends.imap5(), user).size() - copied.getOrDefault(user, 0);
      elsewhere += late + numbers(backends.imap6(), user).size();
    }
    return elsewhere + numbers(backends.imap8(), user).size();
  }

  private static List<Integer> numbers(DemoMember member, String user) throws MessagingException {
    return ImapInbox.read(member.imap(), user).stream().map(ReadMail::number).toList();
  }

  private int totalHeld(List<String> users) throws IOException, InterruptedException {
    int total = 0;
    for (String user : users) {
      total += heldFor(user);
    }
    return total;
  }

  private int heldFor(String user) throws IOException, InterruptedException {
    return operator.user(user).path("held").asInt(0);
  }

  private static void await(Callable<Boolean> fact, String what)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + WAIT_LIMIT.toNanos();
    while (!holds(fact)) {
      if (System.nanoTime() > deadline) {
        throw new IOException(what + " was not delivered within " + WAIT_LIMIT.toSeconds() + " s");
      }
      Thread.sleep(LOOK_AGAIN);
    }
  }

  private static boolean holds(Callable<Boolean> fact) throws IOException, InterruptedException {
    try {
      return fact.call();
    } catch (IOException | InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private void pass(long millis) throws InterruptedException {
    Thread.sleep((long) (millis * pace));
  }

  private static String address(String name) {
    return name + "@example.com";
  }
}
