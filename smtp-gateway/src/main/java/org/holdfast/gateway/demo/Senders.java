package org.holdfast.gateway.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/** One {@link Sender} for each user, each on a virtual thread. Driven by one thread. */
final class Senders {

  private static final Duration LAST_MESSAGE = Duration.ofSeconds(70);

  private final List<Sender> senders;
  private final List<Thread> threads = new ArrayList<>();

  /** Numbers go on where {@code before} ended. */
  Senders(List<Sender> senders) {
    this.senders = List.copyOf(senders);
  }

  void start() {
    senders.forEach(
        sender -> threads.add(Thread.ofVirtual().name("sender-" + sender.user()).start(sender)));
  }

  void pace(Duration pause) {
    senders.forEach(sender -> sender.pace(pause));
  }

  /** Lets each finish the message in hand. */
  void stop() throws InterruptedException {
    senders.forEach(Sender::stop);
    for (Thread thread : threads) {
      if (!thread.join(LAST_MESSAGE)) {
        throw new IllegalStateException(thread.getName() + " does not end");
      }
    }
  }

  int accepted() {
    return (int) attempts().filter(Sent::accepted).count();
  }

  int bounced() {
    return (int) attempts().filter(Sent::bounced).count();
  }

  /** Attempts that were answered 4xx or not at all: the sender kept the message. */
  int postponed() {
    return (int) attempts().filter(sent -> !sent.accepted() && !sent.bounced()).count();
  }

  /** Numbers accepted for this user, in the order of their acceptance. */
  List<Integer> accepted(String user) {
    return senders.stream()
        .filter(sender -> sender.user().equals(user))
        .flatMap(sender -> sender.sent().stream())
        .filter(Sent::accepted)
        .map(Sent::number)
        .toList();
  }

  /** How long senders to these users waited for replies that came at such times; 0 if none came. */
  Duration medianWait(List<String> users, LongPredicate atNanos) {
    long[] waits =
        senders.stream()
            .filter(sender -> users.contains(sender.user()))
            .flatMap(sender -> sender.sent().stream())
            .filter(sent -> atNanos.test(sent.atNanos()))
            .mapToLong(Sent::tookNanos)
            .sorted()
            .toArray();
    return Duration.ofNanos(waits.length == 0 ? 0 : waits[waits.length / 2]);
  }

  private Stream<Sent> attempts() {
    return senders.stream().flatMap(sender -> sender.sent().stream());
  }
}
