package org.holdfast.gateway.deliver;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.holdfast.gateway.reply.Reply;

/** Connect, LHLO, QUIT. Confined to its event loop, but for {@link #answer}. */
final class Probe implements LmtpConnection.Owner {

  final CompletableFuture<ProbeAnswer> answer = new CompletableFuture<>();
  private final EventLoop loop;
  private final long begun;

  Probe(EventLoop loop) {
    this.loop = loop;
    this.begun = loop.ticker().nanoTime();
  }

  @Override
  public void ready(LmtpConnection connection) {
    connection.quit();
    answer.complete(new ProbeAnswer.Up(Duration.ofNanos(loop.ticker().nanoTime() - begun)));
  }

  @Override
  public void lost(LmtpConnection connection, Reply why, boolean greeted) {
    if (!greeted) {
      answer.complete(new ProbeAnswer.Down(why));
    }
  }
}
