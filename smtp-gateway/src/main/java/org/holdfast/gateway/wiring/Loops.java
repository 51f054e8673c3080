package org.holdfast.gateway.wiring;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of all sockets for mail, in and out: one for each core, native where there is
 * epoll.
 */
final class Loops implements AutoCloseable {

  /** How long a loop waits for what is still handed to it when it ends. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          Runtime.getRuntime().availableProcessors(),
          new DefaultThreadFactory("mail", true),
          Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());

  EventLoopGroup group() {
    return group;
  }

  /** Each loop runs what it is handed within this time. */
  Optional<String> silent(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (EventExecutor loop : group) {
      CountDownLatch ran = new CountDownLatch(1);
      loop.execute(ran::countDown);
      if (!ran.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return Optional.of("an event loop of the mail sockets does not answer");
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    var _ =
        group
            .shutdownGracefully(0, GRACE.toMillis(), TimeUnit.MILLISECONDS)
            .awaitUninterruptibly(GRACE.toMillis());
  }
}
