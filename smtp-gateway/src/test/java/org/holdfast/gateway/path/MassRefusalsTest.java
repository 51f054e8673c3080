package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.holdfast.routing.Permit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MassRefusalsTest {

  private static final int USERS = 20;
  private static final Duration WITHIN = Duration.ofMinutes(1);
  private static final Answer NO_SUCH_USER =
      new Answer.NotBelieved(new Reply(550, "5.1.1", "no such user"), true);
  private static final Answer DISABLED =
      new Answer.MailboxTrouble(new Reply(550, "5.2.1", "mailbox disabled"));
  private static final Answer SAVED = new Answer.Delivered(new Reply(250, "2.0.0", "saved"));

  private final List<MassRefusal> trips = new ArrayList<>();
  private long now;
  private MassRefusals refusals = with(USERS);

  private MassRefusals with(int users) {
    return new MassRefusals(new MassRefusals.Limits(users, WITHIN), trips::add, () -> now);
  }

  @Test
  void users_refusedOneLessThanTheLimit_doesNotTrip() {
    each(USERS - 1, i -> "u" + i, NO_SUCH_USER);
    assertThat(trips).isEmpty();
  }

  @Test
  void users_refusedAsManyAsTheLimit_tripsOnceAndSaysWhatHappened() {
    each(USERS + 5, i -> "u" + i, NO_SUCH_USER);

    assertThat(trips).hasSize(1);
    assertThat(trips.getFirst().pair()).isEqualTo("p1");
    assertThat(trips.getFirst().member()).isEqualTo("imap5");
    assertThat(trips.getFirst().words())
        .isEqualTo(
            "mass refusal: imap5 refused 20 of the last 20 mailboxes within 60 s;"
                + " last reply: 550 5.1.1 no such user");
  }

  @ParameterizedTest
  @CsvSource({
    "550, 5.1.1, true, true",
    "550, 5.1.1, false, true",
    "550, 5.3.5, false, true",
    "550, '', true, true",
    "550, '', false, false",
    "553, 5.0.0, false, false"
  })
  void reply_notBelieved_countsOnlyWhenItIsSurelyAboutTheUser(
      int code, String enhanced, boolean toRcpt, boolean counts) {
    Answer answer = new Answer.NotBelieved(new Reply(code, enhanced, "x"), toRcpt);
    each(USERS, i -> "u" + i, answer);
    assertThat(trips).hasSize(counts ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource({
    "550, 5.2.1, true",
    "450, 4.2.1, false",
    "552, 5.2.2, false",
    "552, 5.2.3, false",
    "550, 5.2.0, false",
    "554, 5.6.0, false",
    "550, 5.7.1, false",
    "554, 5.7.28, false"
  })
  void reply_mailboxOrMessage_onlyDisabledCounts(int code, String enhanced, boolean counts) {
    Answer answer = new Answer.MailboxTrouble(new Reply(code, enhanced, "x"));
    each(10 * USERS, i -> "u" + i, answer);
    assertThat(trips).hasSize(counts ? 1 : 0);
  }

  @Test
  void spam_refusedForEveryUser_doesNotEvenHideThatUsersAreGone() {
    Answer spam = new Answer.MailboxTrouble(new Reply(554, "5.7.1", "spam"));
    for (int i = 0; i < USERS; i++) {
      weigh("victim" + i, spam);
      weigh("u" + i, NO_SUCH_USER);
    }
    assertThat(trips).hasSize(1);
  }

  @Test
  void troubleOfOurs_neverCounts() {
    each(100, i -> "u" + i, new Answer.OurTrouble(true, new Reply(451, "4.3.0", "x")));
    each(100, i -> "u" + i, new Answer.Uncertain(new Reply(451, "4.4.2", "x")));
    assertThat(trips).isEmpty();
  }

  @Test
  void oneUser_refusedManyTimes_countsOnce() {
    each(1000, _ -> "same", NO_SUCH_USER);
    each(USERS - 2, i -> "u" + i, NO_SUCH_USER);
    assertThat(trips).isEmpty();
    weigh("last", NO_SUCH_USER);
    assertThat(trips).hasSize(1);
  }

  @Test
  void refused_notMoreThanHalfOfThoseThatAnswered_doesNotTrip() {
    for (int i = 0; i < 1000; i++) {
      weigh("good" + i, SAVED);
      weigh("good too" + i, SAVED);
      weigh("gone" + i, NO_SUCH_USER);
    }
    assertThat(trips).isEmpty();
  }

  @Test
  void database_vanishesInTheMiddleOfHeavyTraffic_tripsAfterTheLimit() {
    each(100_000, i -> "u" + i, SAVED);
    each(USERS - 1, i -> "u" + i, NO_SUCH_USER);
    assertThat(trips).isEmpty();
    weigh("u" + USERS, NO_SUCH_USER);
    assertThat(trips).hasSize(1);
  }

  @Test
  void user_refusedAndThenAccepted_doesNotCount() {
    each(USERS - 1, i -> "u" + i, NO_SUCH_USER);
    weigh("u0", SAVED);
    weigh("x", NO_SUCH_USER);
    assertThat(trips).isEmpty();
    weigh("y", NO_SUCH_USER);
    assertThat(trips).hasSize(1);
  }

  @Test
  void window_slides() {
    weigh("first", NO_SUCH_USER);
    now += WITHIN.toNanos() + 1;
    each(USERS - 1, i -> "u" + i, NO_SUCH_USER);
    assertThat(trips).isEmpty();
    now += WITHIN.toNanos();
    weigh("last", NO_SUCH_USER);
    assertThat(trips).as("the others are exactly as old as may be").hasSize(1);
  }

  @Test
  void mailboxes_refusedForLonger_areNotSuddenAndDoNotCount() {
    for (int hour = 0; hour < 3; hour++) {
      for (int i = 0; i < 100; i++) {
        now += WITHIN.toNanos() / 10;
        weigh("disabled" + i, DISABLED);
      }
    }
    each(100, i -> "disabled" + i, DISABLED);
    assertThat(trips).as("a stranger who knows the disabled ones shuts nothing").isEmpty();

    each(USERS, i -> "disabled" + i, SAVED);
    each(USERS, i -> "disabled" + i, DISABLED);
    assertThat(trips).as("once accepted their refusal is sudden").hasSize(1);
  }

  @Test
  void otherMemberOrPair_countsForItself() {
    for (int i = 0; i < USERS - 1; i++) {
      weigh(permit("p1", "imap5", "u" + i), "id", NO_SUCH_USER);
      weigh(permit("p1", "imap6", "u" + i), "id", NO_SUCH_USER);
      weigh(permit("p2", "imap5", "u" + i), "id", NO_SUCH_USER);
    }
    assertThat(trips).isEmpty();
  }

  @Test
  void limit_ofZero_neverTrips() {
    refusals = with(0);
    each(1000, i -> "u" + i, NO_SUCH_USER);
    assertThat(trips).isEmpty();
    assertThat(weigh("u", DISABLED)).isEqualTo(DISABLED);
  }

  @Test
  void limit_ofOne_tripsAtTheFirst() {
    refusals = with(1);
    weigh("u", SAVED);
    assertThat(trips).isEmpty();
    weigh("u", NO_SUCH_USER);
    assertThat(trips).hasSize(1);
  }

  @Test
  void afterATrip_disabledIsNotBelievedUntilItIsOver() {
    each(USERS - 1, i -> "u" + i, DISABLED);
    assertThat(weigh("other", SAVED)).isEqualTo(SAVED);

    assertThat(weigh("last", DISABLED)).isInstanceOf(Answer.NotBelieved.class);
    assertThat(weigh("next", DISABLED)).isInstanceOf(Answer.NotBelieved.class);
    assertThat(weigh("next", SAVED)).isEqualTo(SAVED);
    trips.getFirst().over();
    assertThat(weigh("next", DISABLED)).isEqualTo(DISABLED);
  }

  @Test
  void afterATrip_countingBeginsAnewOnlyWhenItIsOver() {
    each(USERS, i -> "u" + i, NO_SUCH_USER);
    each(USERS, i -> "v" + i, NO_SUCH_USER);
    assertThat(trips).hasSize(1);

    trips.getFirst().over();
    each(USERS - 1, i -> "u" + i, NO_SUCH_USER);
    assertThat(trips).hasSize(1);
    weigh("u" + USERS, NO_SUCH_USER);
    assertThat(trips).hasSize(2);
  }

  @Test
  void deliveries_refusedWithinTheTimeAndSinceTheTrip_areTakenOnceEach() {
    weigh(permit("p1", "imap5", "old"), "too old", NO_SUCH_USER);
    now += WITHIN.toNanos() + 1;
    each(USERS, i -> "u" + i, NO_SUCH_USER);
    assertThat(trips.getFirst().take()).hasSize(USERS);

    weigh(permit("p1", "imap5", "late"), "late id", NO_SUCH_USER);
    now += WITHIN.toNanos() * 2;
    weigh(permit("p1", "imap5", "later"), "later id", DISABLED);

    assertThat(trips.getFirst().take())
        .containsExactly(parked("late id", "late"), parked("later id", "later"));
    assertThat(trips.getFirst().take()).isEmpty();
  }

  @Test
  void deliveries_moreThanCanBeRemembered_areCounted() {
    each(USERS, i -> "u" + i, NO_SUCH_USER);
    each(RefusalWindow.MOST_DELIVERIES, _ -> "u", NO_SUCH_USER);

    assertThat(trips.getFirst().forgotten()).isEqualTo(USERS);
    assertThat(trips.getFirst().take()).hasSize(RefusalWindow.MOST_DELIVERIES);
  }

  /**
   * Whatever comes, in whatever order: what is kept stays within its bounds, and sums are right.
   */
  @Test
  void window_afterAnyAnswers_isWithinItsBounds() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    RefusalWindow window = new RefusalWindow("p", "m", new MassRefusals.Limits(USERS, WITHIN));
    for (int i = 0; i < 50_000; i++) {
      now += random.nextLong(WITHIN.toNanos() / 20);
      String mailbox = "u" + random.nextInt(30_000);
      if (random.nextInt(3) > 0) {
        window.accepted(mailbox, now);
      } else if (window.refused(new RefusalWindow.Refused("id", mailbox, now), "x") != null) {
        window.over();
      }
      assertThat(window.sizes())
          .as("seed %d, step %d", seed, i)
          .satisfies(sizes -> {
            assertThat(sizes.mailboxes()).isLessThan(2 * USERS);
            assertThat(sizes.refused()).isEqualTo((int) sizes.counted()).isLessThan(USERS);
            assertThat(sizes.habitual()).isLessThanOrEqualTo(RefusalWindow.MOST_HABITUAL);
            assertThat(sizes.deliveries()).isLessThanOrEqualTo(RefusalWindow.MOST_DELIVERIES);
          });
    }
  }

  // ---- what is said

  private void each(int count, IntFunction<String> mailbox, Answer answer) {
    for (int i = 0; i < count; i++) {
      weigh(mailbox.apply(i), answer);
    }
  }

  private Answer weigh(String mailbox, Answer answer) {
    return weigh(permit("p1", "imap5", mailbox), "id of " + mailbox, answer);
  }

  private Answer weigh(Permit permit, String id, Answer answer) {
    return refusals.weigh(permit, id, answer);
  }

  private static QueueFilter parked(String id, String mailbox) {
    return new QueueFilter(id, mailbox, null, DeliveryState.PARKED, null, null);
  }

  private record AnyPermit(String pair, Member member, String mailbox) implements Permit {
    @Override
    public long epoch() {
      return 1;
    }

    @Override
    public int priority() {
      return 0;
    }

    @Override
    public void close() {}
  }

  private static Permit permit(String pair, String member, String mailbox) {
    return new AnyPermit(pair, new Member(member, new HostPort("127.0.0.1", 24), null), mailbox);
  }
}
