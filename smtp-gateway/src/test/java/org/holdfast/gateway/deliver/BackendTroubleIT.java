package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.holdqueue.Content;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A backend that goes away, says nothing or says nonsense, at every point of the protocol. */
@Execution(ExecutionMode.CONCURRENT)
class BackendTroubleIT {

  private static final String TEXT = "Subject: x\r\n\r\nhello\r\n";
  private static final byte[] LARGE =
      ("x".repeat(78) + "\r\n").repeat(200_000).getBytes(StandardCharsets.US_ASCII);

  private final Bench bench = new Bench();

  @AfterEach
  void end() throws Exception {
    bench.close();
  }

  private static Stream<Arguments> everyPointWithAndWithoutPipelining() {
    return Stream.of(
            Point.BANNER, Point.LHLO, Point.MAIL, Point.RCPT, Point.DATA, Point.CONTENT, Point.END)
        .flatMap(p -> Stream.of(Arguments.of(p, "PIPELINING"), Arguments.of(p, "SIZE")));
  }

  /** Nobody gets two answers or none; the next transaction works. */
  private List<Answer> sendAndRecover(Point point) throws Exception {
    LmtpClient client = bench.client;
    boolean inContent = point == Point.CONTENT;
    List<Answer> answers =
        bench.send(inContent ? Letter.streamed(LARGE) : Letter.of(TEXT), "a@b.c", "b@b.c");
    bench.backend.behave();
    await().until(() -> client.health().getFirst().open() == 0);
    bench.set(LmtpSettings.of("gw"));
    assertThat(bench.send(Letter.of(TEXT), "c@b.c")).allMatch(Answer.Delivered.class::isInstance);
    return answers;
  }

  private static void assertTrouble(Point point, List<Answer> answers) {
    boolean whole = point == Point.BANNER || point == Point.LHLO || point == Point.MAIL;
    assertThat(answers).hasSize(2);
    for (Answer answer : answers) {
      if (point == Point.END) {
        assertThat(answer).isInstanceOf(Answer.Uncertain.class);
      } else {
        assertThat(answer)
            .isInstanceOfSatisfying(
                Answer.OurTrouble.class,
                t -> assertThat(t.wholeMember()).as("%s", t).isEqualTo(whole));
      }
      assertThat(answer.reply().temporary()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("everyPointWithAndWithoutPipelining")
  void drop_atEveryPoint_isOursOrUncertain(Point point, String offer) throws Exception {
    bench.backend.offer(offer).on(point, Act.drop());
    assertTrouble(point, sendAndRecover(point));
  }

  @ParameterizedTest
  @MethodSource("everyPointWithAndWithoutPipelining")
  void stall_atEveryPoint_endsWithTheReplyTimeout(Point point, String offer) throws Exception {
    if (point == Point.CONTENT) {
      return; // a backend that reads on is not seen to stall before the final dot: END
    }
    bench.set(LmtpSettings.of("gw").withTimes(Bench.PATIENCE, Bench.SHORT, Duration.ofMinutes(1)));
    bench.backend.offer(offer).on(point, Act.stall());
    assertTrouble(point, sendAndRecover(point));
    await().until(() -> bench.backend.open() == 1);
  }

  @ParameterizedTest
  @MethodSource("everyPointWithAndWithoutPipelining")
  void garbage_atEveryPoint_closesTheConnection(Point point, String offer) throws Exception {
    bench.backend.offer(offer).on(point, Act.reply("SSH-2.0-whatever"));
    assertTrouble(point, sendAndRecover(point));
    assertThat(bench.backend.connections()).isEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("everyPointWithAndWithoutPipelining")
  void endlessReply_atEveryPoint_closesTheConnection(Point point, String offer) throws Exception {
    bench.backend.offer(offer).on(point, Act.endless("250-and another one\r\n"));
    assertTrouble(point, sendAndRecover(point));
  }

  @ParameterizedTest
  @MethodSource("everyPointWithAndWithoutPipelining")
  void endlessLine_atEveryPoint_closesTheConnection(Point point, String offer) throws Exception {
    bench.backend.offer(offer).on(point, Act.endless("250 more and more "));
    assertTrouble(point, sendAndRecover(point));
  }

  @ParameterizedTest
  @MethodSource("everyPointWithAndWithoutPipelining")
  void goodbye421_atEveryPoint_isTheWholeMembers(Point point, String offer) throws Exception {
    bench.backend.offer(offer).on(point, Act.reply("421 4.3.2 going down"));
    List<Answer> answers = sendAndRecover(point);
    assertThat(answers.getFirst())
        .isInstanceOfSatisfying(
            Answer.OurTrouble.class,
            t -> {
              assertThat(t.wholeMember()).isTrue();
              assertThat(t.reply().line()).isEqualTo("421 4.3.2 going down");
            });
    assertThat(answers.get(1))
        .isInstanceOf(point == Point.END ? Answer.Uncertain.class : Answer.OurTrouble.class);
    assertThat(bench.backend.connections()).isEqualTo(2);
  }

  @Test
  void drop_afterTheSecondOfThreeReplies_leavesOnlyTheThirdUncertain() throws Exception {
    bench.backend.on(Point.END, "c@b.c", Act.drop());
    bench.backend.on(Point.END, "b@b.c", Act.reply("552 5.2.2 full"));
    List<Answer> answers = bench.send(Letter.of(TEXT), "a@b.c", "b@b.c", "c@b.c");
    assertThat(answers.get(0)).isInstanceOf(Answer.Delivered.class);
    assertThat(answers.get(1)).isInstanceOf(Answer.MailboxTrouble.class);
    assertThat(answers.get(2)).isInstanceOf(Answer.Uncertain.class);
  }

  @Test
  void reply_positiveButOutOfPlace_closesTheConnection() throws Exception {
    bench.backend.once(Point.DATA, Act.reply("250 2.0.0 fine"));
    assertThat(bench.send(Letter.of(TEXT), "a@b.c")).allMatch(Answer.OurTrouble.class::isInstance);
    bench.backend.once(Point.END, Act.reply("354 more?"));
    assertThat(bench.send(Letter.of(TEXT), "a@b.c")).allMatch(Answer.Uncertain.class::isInstance);
  }

  @Test
  void deadPort_isTheWholeMembersTroubleForAllThatWait() throws Exception {
    Member dead = new Member("dead", ScriptedBackend.deadPort(), null);
    List<CompletionStage<List<Answer>>> stages =
        Stream.generate(() ->
                bench.client.send(
                    dead,
                    Letter.envelope(),
                    Letter.to("a@b.c"),
                    Letter.of(TEXT),
                    Transaction.Origin.DOOR))
            .limit(100)
            .toList();
    for (CompletionStage<List<Answer>> stage : stages) {
      assertThat(Bench.await(stage).getFirst())
          .isInstanceOfSatisfying(
              Answer.OurTrouble.class, t -> assertThat(t.wholeMember()).isTrue());
    }
    assertThat(bench.client.health().getFirst())
        .matches(h -> h.open() == 0 && h.waiting() == 0 && h.opening() == 0)
        .matches(h -> h.lastErrorText().contains("refused"));
  }

  @Test
  void deadPort_behindAName_isTheWholeMembersTrouble() throws Exception {
    int port = ScriptedBackend.deadPort().port();
    Member dead = new Member("m", new HostPort("localhost", port), null);
    assertThat(
            Bench.await(
                bench.client.send(
                    dead,
                    Letter.envelope(),
                    Letter.to("a@b.c"),
                    Letter.of(TEXT),
                    Transaction.Origin.DOOR)))
        .allMatch(a -> a instanceof Answer.OurTrouble t && t.wholeMember())
        .allMatch(a -> a.reply().text().contains("connect failed"));
  }

  @Test
  void name_withADeadAddressFirst_isReachedAtTheNext() throws Exception {
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    EventLoop loop = loops.next();
    Probe probe = new Probe(loop);
    HostPort dead = ScriptedBackend.deadPort();
    List<InetSocketAddress> addresses =
        Stream.of(dead, dead, bench.backend.address())
            .map(a -> new InetSocketAddress(a.host(), a.port()))
            .toList();
    Bootstrap bootstrap = new Bootstrap().group(loop).channel(NioSocketChannel.class);
    loop.execute(
        () -> new LmtpConnection(loop, LmtpSettings.of("gw"), probe).connect(bootstrap, addresses));
    assertThat(Bench.await(probe.answer)).isInstanceOf(ProbeAnswer.Up.class);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  @Test
  void content_thatThrows_isOursAndTheNextOneWorks() throws Exception {
    for (Content broken : List.of(Letter.broken(false), Letter.broken(true))) {
      assertThat(bench.send(broken, "a@b.c")).allMatch(Answer.OurTrouble.class::isInstance);
      assertThat(bench.send(Letter.of(TEXT), "a@b.c")).allMatch(Answer.Delivered.class::isInstance);
    }
    assertThat(bench.backend.received()).hasSize(2);
  }

  @Test
  void unknownHost_isTheWholeMembersTrouble() throws Exception {
    Member nowhere = new Member("m", new HostPort("nowhere.invalid", 24), null);
    assertThat(
            Bench.await(
                bench.client.send(
                    nowhere,
                    Letter.envelope(),
                    Letter.to("a@b.c"),
                    Letter.of(TEXT),
                    Transaction.Origin.DOOR)))
        .allMatch(a -> a instanceof Answer.OurTrouble t && t.wholeMember());
  }

  @Test
  void member_deadAndBackOnTheSamePort_isUsedAgain() throws Exception {
    bench.send(Letter.of(TEXT), "a@b.c");
    bench.backend.die();
    assertThat(bench.send(Letter.of(TEXT), "a@b.c"))
        .allMatch(a -> a instanceof Answer.OurTrouble t && t.wholeMember());
    bench.backend.revive();
    assertThat(bench.send(Letter.of(TEXT), "a@b.c")).allMatch(Answer.Delivered.class::isInstance);
  }

  @Test
  void reusedConnection_closedMeanwhile_isNotNoticedByAnybody() throws Exception {
    bench.send(Letter.of(TEXT), "a@b.c");
    bench.backend.cut();
    assertThat(bench.send(Letter.of(TEXT), "a@b.c")).allMatch(Answer.Delivered.class::isInstance);
  }

  @ParameterizedTest
  @MethodSource("waysToBeDead")
  void reusedConnection_deadBeforeMailIsAnswered_isRetriedOnceOnAFreshOne(Act how)
      throws Exception {
    bench.send(Letter.of(TEXT), "a@b.c");
    bench.backend.once(Point.MAIL, how);
    assertThat(bench.send(Letter.of(TEXT), "b@b.c")).allMatch(Answer.Delivered.class::isInstance);
    assertThat(bench.backend.connections()).isEqualTo(2);
    bench.backend.on(Point.MAIL, how);
    assertThat(bench.send(Letter.of(TEXT), "c@b.c"))
        .allMatch(a -> a instanceof Answer.OurTrouble t && t.wholeMember());
    assertThat(bench.backend.connections()).isEqualTo(3);
  }

  private static Stream<Act> waysToBeDead() {
    return Stream.of(Act.drop(), Act.replyAndDrop("421 4.4.2 idle for too long"));
  }

  @Test
  void reusedConnection_deadAfterMailWasAccepted_isNotRetried() throws Exception {
    bench.send(Letter.of(TEXT), "a@b.c");
    bench.backend.once(Point.RCPT, Act.drop());
    assertThat(bench.send(Letter.of(TEXT), "b@b.c")).allMatch(Answer.OurTrouble.class::isInstance);
  }

  @Test
  void deadline_ofTheTransaction_endsItWhereverItIs() throws Exception {
    bench.set(
        LmtpSettings.of("gw")
            .withTimes(Bench.PATIENCE, Duration.ofMinutes(1), Bench.SHORT)
            .withPool(1, 10, LmtpSettings.IDLE_TIME));
    bench.backend.on(Point.END, Act.stall());
    CompletionStage<List<Answer>> first = bench.begin(Letter.of(TEXT), "a@b.c");
    await().until(() -> bench.backend.received().size() == 1);
    // On a slow machine the first one's end may leave the second a moment for a connection.
    bench.backend.on(Point.BANNER, Act.stall());
    CompletionStage<List<Answer>> waiting = bench.begin(Letter.of(TEXT), "b@b.c");
    assertThat(Bench.await(first)).allMatch(Answer.Uncertain.class::isInstance);
    assertThat(Bench.await(waiting))
        .allMatch(a -> a instanceof Answer.OurTrouble t && t.wholeMember());
  }

  @Test
  void greeting_thatDoesNotCome_isWaitedForNoLongerThanTheConnection() throws Exception {
    bench.set(LmtpSettings.of("gw").withTimes(Bench.SHORT, Bench.PATIENCE, Bench.PATIENCE));
    bench.backend.on(Point.BANNER, Act.stall());
    assertThat(bench.send(Letter.of(TEXT), "a@b.c"))
        .allMatch(a -> a.reply().text().contains("no greeting in time"));
  }

  @Test
  void backend_thatReadsNoContent_endsWithTheReplyTimeout() throws Exception {
    bench.set(LmtpSettings.of("gw").withTimes(Bench.PATIENCE, Bench.SHORT, Duration.ofMinutes(1)));
    bench.backend.on(Point.CONTENT, Act.after(new CountDownLatch(1), Act.go()));
    assertThat(bench.send(Letter.streamed(LARGE), "a@b.c"))
        .allMatch(Answer.OurTrouble.class::isInstance);
    assertThat(bench.send(Letter.of("x\r\n".repeat(9_000_000)), "a@b.c"))
        .allMatch(Answer.OurTrouble.class::isInstance);
  }

  @Test
  void close_endsWhatWaitsAndCutsWhatIsUnderWayAfterTheGrace() throws Exception {
    bench.set(LmtpSettings.of("gw").withPool(1, 10, LmtpSettings.IDLE_TIME));
    bench.backend.on(Point.END, Act.stall());
    CompletionStage<List<Answer>> first = bench.begin(Letter.of(TEXT), "a@b.c");
    CompletionStage<List<Answer>> waiting = bench.begin(Letter.of(TEXT), "b@b.c");
    await().until(() -> bench.backend.received().size() == 1);
    Bench.await(bench.client.close(Bench.SHORT));
    assertThat(Bench.await(first)).allMatch(Answer.Uncertain.class::isInstance);
    assertThat(Bench.await(waiting)).allMatch(Answer.OurTrouble.class::isInstance);
    assertThat(bench.send(Letter.of(TEXT), "c@b.c"))
        .containsExactly(new Answer.OurTrouble(true, OwnWords.CLOSED));
  }
}
