package org.holdfast.gateway.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.simulation.Agenda;
import org.holdfast.routing.Member;

/**
 * Backends as one gateway sees them: each transaction follows a script drawn when it begins. What a
 * backend does once it has the final dot it does whatever becomes of the gateway.
 */
final class Backends implements Transaction {

  private static final long QUICK = 40 * Agenda.MILLI;
  private static final long CONNECT_TIMEOUT = 5 * Agenda.SECOND;

  /** {@code delivery.deadline}. */
  private static final long DEADLINE = 60 * Agenda.SECOND;

  private static final Reply SAVED = new Reply(250, "2.0.0", "saved");
  private static final Reply NO_CONNECTION = new Reply(451, "4.4.1", "no connection");
  private static final Reply LOST = new Reply(451, "4.4.2", "connection lost");

  private final World world;
  private final Agenda agenda;

  /** The gateway that asks. */
  private final Agenda.Life life;

  Backends(World world, Agenda.Life life) {
    this.world = world;
    this.agenda = world.agenda;
    this.life = life;
  }

  /** What becomes of mail whose final dot the backend has. */
  private enum AfterTheDot {
    /** It says what it did. */
    ANSWERS,
    /** It keeps it, and the answer is lost. */
    STORES_UNHEARD,
    /** It drops it, and the connection. */
    DROPS,
    /** The connection is lost; the mail is kept, later. */
    STORES_LATER
  }

  private final class Exchange {
    private final Open open;
    private final CompletableFuture<List<Answer>> done = new CompletableFuture<>();

    private Exchange(Open open) {
      this.open = open;
    }

    /** Nothing was handed over: all recipients hear the same. */
    void fails(long after, boolean wholeMember, Reply reply) {
      life.at(
          agenda.now() + after,
          () -> end(open.letters.stream().map(_ -> trouble(wholeMember, reply)).toList()));
    }

    /** The final dot is sent after so long, answered after so long again. */
    void hands(long dot, long answer, AfterTheDot then) {
      life.at(
          agenda.now() + dot,
          () -> {
            open.complete = true;
            world.ground.at(agenda.now() + answer, () -> answers(then));
          });
    }

    /** On the backend's side. */
    private void answers(AfterTheDot then) {
      boolean heard = !life.hasEnded();
      if (!heard && agenda.chance(30)) {
        return; // it noticed that nobody was there any more
      }
      switch (then) {
        case ANSWERS -> answers(heard);
        case STORES_UNHEARD -> {
          open.letters.forEach(letter -> world.stored(open, letter));
          lost();
        }
        case DROPS -> lost();
        case STORES_LATER -> {
          lost();
          world.ground.within(
              20 * Agenda.SECOND, () -> open.letters.forEach(letter -> world.stored(open, letter)));
        }
      }
    }

    private void answers(boolean heard) {
      List<Answer> answers = new ArrayList<>();
      for (Letter letter : open.letters) {
        Answer answer = answer(letter);
        if (answer instanceof Answer.Delivered) {
          world.stored(open, letter);
        }
        answers.add(answer);
      }
      if (heard) {
        end(answers);
      }
    }

    private Answer answer(Letter letter) {
      int dice =
          world.health.get(open.member) == World.Health.FLAKY ? agenda.random().nextInt(80) : 99;
      if (dice < 6) {
        return new Answer.MailboxTrouble(new Reply(452, "4.2.2", "full"));
      }
      if (dice < 12) {
        Reply reply = new Reply(550, "5.7.1", "policy");
        letter.refusals.add(reply.line());
        return new Answer.MailboxTrouble(reply);
      }
      if (dice < 18) {
        return notBelieved(letter);
      }
      if (dice < 24) {
        return trouble(false, new Reply(451, "4.3.0", "broken"));
      }
      return dice < 28
          ? trouble(true, new Reply(452, "4.3.1", "disk full"))
          : new Answer.Delivered(SAVED);
    }

    private Answer notBelieved(Letter letter) {
      letter.notBelieved = open.isFor(letter.lane); // not if it was redirected meanwhile
      world.count(World.Kind.NOT_BELIEVED);
      Reply reply = new Reply(550, "5.1.1", "no such user");
      return world.broken == Broken.NO_SUCH_USER_IS_BELIEVED
          ? new Answer.MailboxTrouble(reply)
          : new Answer.NotBelieved(reply);
    }

    private Answer trouble(boolean wholeMember, Reply reply) {
      world.trouble(open.pair());
      return world.broken == Broken.OUR_TROUBLE_IS_TOLD
          ? new Answer.MailboxTrouble(new Reply(554, "5.3.0", "system"))
          : new Answer.OurTrouble(wholeMember, reply);
    }

    /** The answer is, for every recipient. */
    private void lost() {
      world.trouble(open.pair());
      open.letters.forEach(letter -> letter.mayComeAgain("a lost final reply"));
      if (!life.hasEnded()) {
        end(
            open.letters.stream()
                .map(_ ->
                    world.broken == Broken.UNCERTAIN_COUNTS_AS_DELIVERED
                        ? (Answer) new Answer.Delivered(SAVED)
                        : new Answer.Uncertain(LOST))
                .toList());
      }
    }

    private void end(List<Answer> answers) {
      world.trace.say("ends %s: %s", open, answers);
      world.ends(open);
      done.complete(answers);
    }
  }

  @Override
  public CompletionStage<List<Answer>> send(
      Member member,
      Envelope envelope,
      List<Recipient> recipients,
      Content content,
      Origin origin) {
    if (!SimulatedBody.isWhole(envelope.id(), content)) {
      throw world.breaks("ContentIsWhole", envelope.id() + " is not what was sent");
    }
    List<Letter> letters =
        recipients.stream().map(to -> world.letter(envelope.id(), to.lane())).toList();
    List<String> lanes = recipients.stream().map(Recipient::lane).toList();
    Exchange exchange = new Exchange(new Open(member.name(), letters, lanes, origin, agenda.now()));
    world.begins(exchange.open);
    script(exchange);
    return exchange.done;
  }

  private void script(Exchange exchange) {
    switch (world.health.getOrDefault(exchange.open.member, World.Health.WELL)) {
      case WELL -> exchange.hands(some(QUICK), some(QUICK), AfterTheDot.ANSWERS);
      case SLOW -> exchange.hands(some(QUICK), some(30 * Agenda.SECOND), AfterTheDot.ANSWERS);
      case FLAKY -> flaky(exchange);
      case REFUSES -> exchange.fails(Agenda.MILLI, true, NO_CONNECTION);
      case SILENT -> exchange.fails(CONNECT_TIMEOUT, true, NO_CONNECTION);
      case STALLED -> stalled(exchange);
    }
  }

  private void flaky(Exchange exchange) {
    int dice = agenda.random().nextInt(100);
    long dot = some(QUICK);
    if (dice < 8) {
      exchange.fails(dot, true, new Reply(421, "4.3.2", "going away"));
    } else if (dice < 14) {
      exchange.fails(dot, true, LOST); // before MAIL was answered
    } else if (dice < 22) {
      exchange.fails(dot, false, LOST); // amid the content
    } else if (dice < 30) {
      exchange.hands(dot, some(QUICK), AfterTheDot.STORES_UNHEARD);
    } else if (dice < 36) {
      exchange.hands(dot, some(QUICK), AfterTheDot.DROPS);
    } else if (dice < 40) {
      exchange.hands(dot, some(QUICK), AfterTheDot.STORES_LATER);
    } else {
      exchange.hands(dot, some(agenda.chance(10) ? DEADLINE : QUICK), AfterTheDot.ANSWERS);
    }
  }

  /** Until the deadline cuts it off; a backend that has the final dot may go on with it. */
  private void stalled(Exchange exchange) {
    if (agenda.chance(60)) {
      exchange.fails(DEADLINE, agenda.chance(70), LOST);
    } else {
      exchange.hands(
          some(QUICK),
          DEADLINE,
          agenda.any(
              List.of(AfterTheDot.STORES_UNHEARD, AfterTheDot.DROPS, AfterTheDot.STORES_LATER)));
    }
  }

  private long some(long most) {
    return 1 + agenda.random().nextLong(most);
  }
}
