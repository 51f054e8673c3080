package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a session may do wrong: at each limit, and one beyond. */
class ConductTest {

  private final Conduct conduct = new Conduct(5);

  @Test
  void errors_endTheSessionBeyondTheLimit() {
    times(Limits.ERRORS, conduct::error);
    assertThat(conduct.reached()).isNull();
    conduct.error();
    assertThat(conduct.reached()).isEqualTo(Limit.ERRORS);
  }

  @Test
  void junk_isFree_thenEachCountsAsAnError() {
    times(Limits.JUNK + Limits.ERRORS, conduct::junk);
    assertThat(conduct.reached()).isNull();
    conduct.junk();
    assertThat(conduct.reached()).isEqualTo(Limit.ERRORS);
  }

  @Test
  void refusedRecipients_asManyAsAMessageMayHave_areFine() {
    times(5, conduct::refusedRecipient);
    assertThat(conduct.reached()).isNull();
    conduct.refusedRecipient();
    assertThat(conduct.reached()).isEqualTo(Limit.REFUSED_RECIPIENTS);
  }

  @Test
  void progress_forgivesAll() {
    times(Limits.ERRORS, conduct::error);
    times(5, conduct::refusedRecipient);
    times(Limits.JUNK, conduct::junk);
    conduct.progress();
    times(Limits.ERRORS, conduct::error);
    times(5, conduct::refusedRecipient);
    assertThat(conduct.reached()).isNull();
  }

  @Test
  void replies_comeLaterAndLater_butNotForEver() {
    times(Limits.ERRORS_AT_ONCE, conduct::error);
    assertThat(conduct.takeDelay()).isZero();
    conduct.error();
    assertThat(conduct.takeDelay()).isEqualTo(Limits.SLOWER_BY);
    assertThat(conduct.takeDelay()).isZero();
    times(9, conduct::error);
    assertThat(conduct.takeDelay()).isEqualTo(Limits.SLOWEST);
  }

  private static void times(int count, Runnable what) {
    for (int i = 0; i < count; i++) {
      what.run();
    }
  }
}
