package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.holdqueue.Content;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code delivery.deadline} ends an attempt wherever it is, though every other bound is far away,
 * and nothing of the message moves after that. Time leaps to the deadline once the attempt is where
 * the test wants it.
 */
class DeadlineIT {

  private static final String TEXT = "Subject: x\r\n\r\nhello\r\n";
  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final Duration FAR = Duration.ofHours(1);
  private static final LmtpSettings ONLY_DEADLINE =
      LmtpSettings.of("gw").withTimes(FAR, FAR, DEADLINE).withPool(1, 10, FAR);

  private Bench bench;

  @BeforeEach
  void begin() {
    bench = new Bench(ONLY_DEADLINE);
  }

  @AfterEach
  void end() throws Exception {
    bench.close();
  }

  /** Where the attempt stands when its time is over. */
  private interface Stuck {
    boolean now();
  }

  private List<Answer> cut(CompletionStage<List<Answer>> attempt, Stuck where) throws Exception {
    await().until(where::now);
    bench.leap(DEADLINE.minusSeconds(60));
    bench.leap(Duration.ZERO);
    assertThat(attempt.toCompletableFuture()).as("before the deadline").isNotDone();
    bench.leap(Duration.ofSeconds(60));
    return Bench.await(attempt);
  }

  /** Cut where the backend's rule for this point applied once. */
  private List<Answer> cutAt(Point point, Content content, String... recipients) throws Exception {
    long before = bench.backend.misbehaved(point);
    return cut(bench.begin(content, recipients), () -> bench.backend.misbehaved(point) > before);
  }

  private static Stream<Arguments> everyReplyWithAndWithoutPipelining() {
    return Stream.of(Point.BANNER, Point.LHLO, Point.MAIL, Point.RCPT, Point.DATA, Point.END)
        .flatMap(p -> Stream.of(Arguments.of(p, "PIPELINING"), Arguments.of(p, "SIZE")));
  }

  @ParameterizedTest
  @MethodSource("everyReplyWithAndWithoutPipelining")
  void reply_drippedOctetByOctet_endsWithTheDeadline(Point point, String offer) throws Exception {
    bench.backend.offer(offer).on(point, Act.drip("250-and so on\r\n"));

    List<Answer> answers = cutAt(point, Letter.of(TEXT), "a@b.c", "b@b.c");

    boolean dotSaid = point == Point.END;
    assertThat(answers)
        .hasSize(2)
        .hasOnlyElementsOfType(dotSaid ? Answer.Uncertain.class : Answer.OurTrouble.class)
        .allMatch(a -> a.reply().temporary());
    assertThat(bench.backend.received()).hasSize(dotSaid ? 1 : 0);
  }

  @ParameterizedTest
  @MethodSource("everyReplyWithAndWithoutPipelining")
  void reply_never_endsWithTheDeadline(Point point, String offer) throws Exception {
    bench.backend.offer(offer).on(point, Act.stall());

    assertThat(cutAt(point, Letter.of(TEXT), "a@b.c", "b@b.c"))
        .hasSize(2)
        .hasOnlyElementsOfType(
            point == Point.END ? Answer.Uncertain.class : Answer.OurTrouble.class);
  }

  @Test
  void secondReply_never_leavesTheFirstDelivered() throws Exception {
    bench.backend.on(Point.END, "b@b.c", Act.stall());
    List<Answer> answers = cutAt(Point.END, Letter.of(TEXT), "a@b.c", "b@b.c");
    assertThat(answers.getFirst()).isInstanceOf(Answer.Delivered.class);
    assertThat(answers.getLast()).isInstanceOf(Answer.Uncertain.class);
  }

  @Test
  void connect_neverAnswered_endsWithTheDeadline() throws Exception {
    try (DeafPort deaf = new DeafPort()) {
      CompletionStage<List<Answer>> stage =
          bench.client.send(
              new Member("deaf", deaf.address(), null),
              Letter.envelope(),
              Letter.to("a@b.c"),
              Letter.of(TEXT),
              Transaction.Origin.DOOR);
      assertThat(cut(stage, () -> bench.client.health().getFirst().opening() == 1))
          .singleElement()
          .isInstanceOfSatisfying(
              Answer.OurTrouble.class, t -> assertThat(t.wholeMember()).isTrue());
    }
  }

  @Test
  void connection_neverFree_endsWithTheDeadline() throws Exception {
    bench.backend.on(Point.END, Act.stall());
    CompletionStage<List<Answer>> first = bench.begin(Letter.of(TEXT), "a@b.c");
    CompletionStage<List<Answer>> second = bench.begin(Letter.of(TEXT), "b@b.c");
    assertThat(cut(first, () -> bench.backend.received().size() == 1))
        .hasOnlyElementsOfType(Answer.Uncertain.class);
    assertThat(Bench.await(second)).hasOnlyElementsOfType(Answer.OurTrouble.class);
    assertThat(bench.backend.received()).hasSize(1);
  }

  @Test
  void secondBeginning_ofARetriedTransaction_hasNoDeadlineOfItsOwn() throws Exception {
    bench.send(Letter.of(TEXT), "a@b.c");
    bench.backend.once(Point.MAIL, Act.drop());
    bench.backend.on(Point.BANNER, Act.drip("220-well\r\n"));
    assertThat(cutAt(Point.BANNER, Letter.of(TEXT), "b@b.c"))
        .hasOnlyElementsOfType(Answer.OurTrouble.class);
  }

  /** Larger than what the kernels take, from memory and from a stream. */
  private static Stream<Content> large() {
    String text = ("x".repeat(78) + "\r\n").repeat(200_000);
    return Stream.of(Letter.of(text), Letter.streamed(text.getBytes(StandardCharsets.US_ASCII)));
  }

  @ParameterizedTest
  @MethodSource("large")
  void content_takenOctetByOctet_endsWithTheDeadline(Content content) throws Exception {
    CountDownLatch thirst = new CountDownLatch(1);
    bench.backend.on(Point.CONTENT, Act.sip(thirst));
    assertThat(cutAt(Point.CONTENT, content, "a@b.c"))
        .hasOnlyElementsOfType(Answer.OurTrouble.class);
    thirst.countDown();
    await().until(() -> bench.backend.open() == 0);
    assertThat(bench.backend.received()).isEmpty();
  }

  enum Loop {
    NIO,
    EPOLL;

    IoHandlerFactory factory() {
      assumeTrue(this == NIO || Epoll.isAvailable());
      return this == NIO ? NioIoHandler.newFactory() : EpollIoHandler.newFactory();
    }
  }

  /**
   * The whole message and its final dot are in our kernel's buffer when the attempt is cut: the
   * backend's machine has no room for it. When the backend reads on afterwards, it must not find
   * the rest.
   */
  @ParameterizedTest
  @EnumSource(Loop.class)
  void cut_withTheFinalDotInOurKernel_theBackendNeverGetsIt(Loop loop) throws Exception {
    bench.close();
    bench = new Bench(ONLY_DEADLINE, loop.factory(), 4_096);
    CountDownLatch readsOn = new CountDownLatch(1);
    bench.backend.on(Point.CONTENT, Act.after(readsOn, Act.go()));

    List<Answer> answers =
        cutAt(Point.CONTENT, Letter.of((" ".repeat(78) + "\r\n").repeat(500)), "a@b.c");
    readsOn.countDown();

    // Our kernel had taken the dot, so nobody here can know: but it was never received.
    assertThat(answers).hasOnlyElementsOfType(Answer.Uncertain.class);
    await().until(() -> bench.backend.open() == 0);
    assertThat(bench.backend.received()).isEmpty();
  }

  /** What no cut can undo: the dot had been received. That is why it counts as uncertain. */
  @Test
  void cut_afterTheFinalDotWasReceived_theBackendMayStillStoreIt() throws Exception {
    CountDownLatch thinks = new CountDownLatch(1);
    bench.backend.on(Point.END, Act.after(thinks, Act.go()));
    assertThat(cutAt(Point.END, Letter.of(TEXT), "a@b.c"))
        .hasOnlyElementsOfType(Answer.Uncertain.class);
    thinks.countDown();
    assertThat(bench.backend.received()).hasSize(1);
  }

  /** Listens, but takes no connection: its queue is full, and the kernel drops what comes. */
  private static final class DeafPort implements AutoCloseable {

    private final ServerSocket server;
    private final List<SocketChannel> queue = new ArrayList<>();

    DeafPort() throws IOException {
      server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
      for (int i = 0; i < 4; i++) {
        SocketChannel waiting = SocketChannel.open();
        queue.add(waiting);
        waiting.configureBlocking(false);
        waiting.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()));
      }
    }

    HostPort address() {
      return new HostPort("127.0.0.1", server.getLocalPort());
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel waiting : queue) {
        waiting.close();
      }
      server.close();
    }
  }
}
