package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Large messages cost disk, not heap: the real jar in a heap far smaller than what it takes, holds
 * and gives on, killed in between; every octet compared at the backend. An exhausted heap would end
 * the process, as it does under {@code ./holdfast serve}.
 *
 * <p>{@code -Dholdfast.large.messages=N} and {@code -Dholdfast.large.mib=M} say how many at once
 * and how large (4 of 40 MiB), {@code -Dholdfast.large.heap=64m} in which heap.
 */
class LargeMessagesIT {

  private static final int MESSAGES = Integer.getInteger("holdfast.large.messages", 2);
  private static final long OCTETS = Long.getLong("holdfast.large.mib", 40) << 20;
  private static final String HEAP = System.getProperty("holdfast.large.heap", "64m");
  private static final Duration DRAINED = Duration.ofMinutes(10);

  /** As the launcher has them. */
  private static final String[] JAVA = {
    "-Xmx" + HEAP, "-XX:+UseG1GC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"
  };

  private static final String ROOMY = "max-bytes: 50GiB, min-free: 16MiB";

  @Test
  void messages_largerThanTheHeap_areHeldThroughKill9AndArriveWhole() throws Exception {
    holdKillAndRelease(ROOMY);
  }

  @Test
  void messages_largerThanASegment_areHeldThroughKill9AndArriveWhole() throws Exception {
    holdKillAndRelease(ROOMY + ", segment-size: 1MiB");
  }

  private static void holdKillAndRelease(String store) throws Exception {
    try (HashingBackend backend = new HashingBackend();
        GatewayProcess gateway = new GatewayProcess(map(backend), store, JAVA);
        GatewayApi api = new GatewayApi(gateway)) {
      gateway.start();
      assertThat(sendAll(gateway, "held")).allMatch(answer -> answer.startsWith("250"));
      gateway.kill9();
      gateway.deleteIndex();
      gateway.start();
      for (int i = 0; i < MESSAGES; i++) {
        api.setState(NumberedUsers.address("held", i), "{\"state\":\"active\"}");
      }
      await("all is released").atMost(DRAINED).until(() -> api.held() == 0);
      assertThat(backend.arrivals())
          .hasSize(MESSAGES)
          .allMatch(HashingBackend.Arrival::whole)
          .extracting(HashingBackend.Arrival::user)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void messages_largerThanTheHeap_goStraightThroughAndArriveWhole() throws Exception {
    try (HashingBackend backend = new HashingBackend();
        GatewayProcess gateway = new GatewayProcess(map(backend), ROOMY, JAVA)) {
      gateway.start();
      assertThat(sendAll(gateway, "flows")).allMatch(answer -> answer.startsWith("250"));
      await("late ones too").atMost(DRAINED).until(() -> backend.arrivals().size() == MESSAGES);
      assertThat(backend.arrivals()).allMatch(HashingBackend.Arrival::whole);
      assertThat(spooled(gateway)).isEmpty();
    }
  }

  @Test
  void message_largerThanTheLimit_isRefusedAndLeavesNothing() throws Exception {
    try (HashingBackend backend = new HashingBackend();
        GatewayProcess gateway = new GatewayProcess(map(backend), ROOMY, JAVA);
        LargeSender sender = new LargeSender(started(gateway).smtpPort)) {
      assertThat(sender.say("MAIL FROM:<sender@example.net> SIZE=52428801"))
          .startsWith("552 5.3.4");
      assertThat(sender.data(new LargeLetter(1, (50 << 20) + 1_000), "held0@example.com"))
          .startsWith("552 5.3.4");
      await("its file goes, maybe after the answer").until(() -> spooled(gateway).isEmpty());
      assertThat(sender.data(new LargeLetter(2, 1_000), "held0@example.com")).startsWith("250");
    }
  }

  @Test
  void spool_gatewayKilledInTheMiddleOfAMessage_isEmptyAfterTheNextStart() throws Exception {
    try (HashingBackend backend = new HashingBackend();
        GatewayProcess gateway = new GatewayProcess(map(backend), ROOMY, JAVA);
        LargeSender sender = new LargeSender(started(gateway).smtpPort)) {
      sender.say("MAIL FROM:<sender@example.net>");
      sender.say("RCPT TO:<held0@example.com>");
      String lines = ("x".repeat(98) + "\r\n").repeat(10_000);
      sender.say("BDAT " + lines.length() + "\r\n" + lines.stripTrailing());
      assertThat(spooled(gateway)).isNotEmpty();
      gateway.kill9();
      gateway.start();
      assertThat(spooled(gateway)).isEmpty();
    }
  }

  private static GatewayProcess started(GatewayProcess gateway) throws Exception {
    gateway.start();
    return gateway;
  }

  /** All at once, each to a user of its own; every other one in chunks. */
  private static List<String> sendAll(GatewayProcess gateway, String users) throws Exception {
    List<FutureTask<String>> sending = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      LargeLetter letter = new LargeLetter(i, OCTETS);
      FutureTask<String> one = new FutureTask<>(() -> send(gateway, letter, users));
      sending.add(one);
      Thread.ofPlatform().daemon().start(one);
    }
    List<String> answers = new ArrayList<>();
    for (FutureTask<String> one : sending) {
      answers.add(one.get());
    }
    return answers;
  }

  private static String send(GatewayProcess gateway, LargeLetter letter, String users)
      throws IOException {
    String user = NumberedUsers.address(users, letter.number());
    try (LargeSender sender = new LargeSender(gateway.smtpPort)) {
      return letter.number() % 2 == 0 ? sender.data(letter, user) : sender.bdat(letter, user);
    }
  }

  /** Files of messages on their way in. */
  private static List<Path> spooled(GatewayProcess gateway) throws IOException {
    try (Stream<Path> files = Files.walk(gateway.data().resolve("spool"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static String map(HashingBackend backend) {
    return NumberedUsers.map(backend.port(), MESSAGES, List.of("flows"));
  }
}
