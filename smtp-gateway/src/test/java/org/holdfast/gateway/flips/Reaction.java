package org.holdfast.gateway.flips;

import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;

/** What a backend does at a point of a transaction. */
enum Reaction {
  /** All is well. */
  YES,
  /** 452 after the end of data. */
  FULL,
  /** 550 after the end of data. */
  REFUSED,
  /** The connection is cut; after the end of data nobody here knows that nothing was stored. */
  CUT,
  /** The connection is cut after the message was stored: the final reply is lost. */
  CUT_AFTER_STORING;

  boolean stores() {
    return this == YES || this == CUT_AFTER_STORING;
  }

  boolean cuts() {
    return this == CUT || this == CUT_AFTER_STORING;
  }

  /** The end of a transaction in which everything was said. */
  Answer afterTheDot() {
    return switch (this) {
      case YES -> new Answer.Delivered(new Reply(250, "2.0.0", "saved"));
      case FULL -> new Answer.MailboxTrouble(new Reply(452, "4.2.2", "full"));
      case REFUSED -> new Answer.MailboxTrouble(new Reply(550, "5.7.1", "not here"));
      case CUT, CUT_AFTER_STORING -> new Answer.Uncertain(new Reply(451, "4.4.2", "cut"));
    };
  }

  /** The end of one that was cut before the end of data. */
  static Answer cutEarly(boolean wholeMember) {
    return new Answer.OurTrouble(wholeMember, new Reply(451, "4.4.2", "cut early"));
  }
}
