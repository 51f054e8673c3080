package org.holdfast.gateway.deliver;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.holdqueue.Content;

/** One client and one scripted backend. */
final class Bench {

  /** No test waits longer than this for something that should happen. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A bound short enough that a test may wait for it to pass. */
  static final Duration SHORT = Duration.ofMillis(500);

  final ScriptedBackend backend;
  private final LeapingLoop loops;
  LmtpClient client;

  Bench() {
    this(LmtpSettings.of("gw.example.com"));
  }

  Bench(LmtpSettings settings) {
    this(settings, NioIoHandler.newFactory(), 0);
  }

  /**
   * @param io how the client's loop does its work
   * @param receives octets that the backend's kernel takes unread; 0: as is usual
   */
  Bench(LmtpSettings settings, IoHandlerFactory io, int receives) {
    loops = new LeapingLoop(io);
    client = new LmtpClient(settings, loops, InstantSource.system());
    try {
      backend = ScriptedBackend.withReceiveBuffer(receives);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes other settings, with a new pool. */
  void set(LmtpSettings settings) {
    client = new LmtpClient(settings, loops, InstantSource.system());
  }

  CompletionStage<List<Answer>> begin(Content content, String... recipients) {
    return client.send(
        backend.member("imap5"),
        Letter.envelope(),
        Letter.to(recipients),
        content,
        Transaction.Origin.DOOR);
  }

  List<Answer> send(Content content, String... recipients) throws Exception {
    return await(begin(content, recipients));
  }

  /** So much time passes for the client at once. */
  void leap(Duration time) {
    loops.leap(time);
  }

  static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  void close() throws Exception {
    backend.close();
    await(client.close(Duration.ZERO));
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }
}
