package org.holdfast.gateway.deliver;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a connection in the middle of a transaction.
 *
 * <p>Why by reset (SO_LINGER 0) and not by an ordinary close: after that the kernel goes on sending
 * what lies in its buffer, for as long as the peer is slow, and to a peer that was unreachable for
 * some minutes when it is back. All of a message and its final dot may lie there. The backend would
 * then store it long after a flip was told that nothing is open. A reset throws that buffer away.
 *
 * <p>What no cut can undo: octets that the backend's machine has received. When the final dot was
 * among them the backend may still store the message, so such an outcome is {@link
 * Transaction.Answer.Uncertain}. Without the final dot there is nothing that it could store.
 */
final class Cut {

  private static final Logger log = LoggerFactory.getLogger(Cut.class);

  private Cut() {}

  /** Resets the connection; {@code gone} runs on its event loop when its socket is closed. */
  static void cut(Channel channel, Runnable gone) {
    discardUnsent(channel);
    var _ = channel.close().addListener(_ -> whenSocketClosed(channel, gone));
  }

  private static void discardUnsent(Channel channel) {
    if (channel.isOpen()) {
      try {
        var _ = channel.config().setOption(ChannelOption.SO_LINGER, 0);
      } catch (ChannelException e) { // some systems say so of a socket whose peer has gone
        log.debug("a connection is closed without a reset: {}", e.toString());
      }
    }
  }

  /**
   * With epoll it is closed by now. A channel of NIO is closed for the kernel by its selector, in
   * the loop's next turn: a task fetched from the schedule, and put there by a task, runs after it.
   */
  private static void whenSocketClosed(Channel channel, Runnable gone) {
    if (channel instanceof NioSocketChannel) {
      EventLoop loop = channel.eventLoop();
      loop.execute(() -> {
        var _ = loop.schedule(gone, 1, TimeUnit.NANOSECONDS);
      });
    } else {
      gone.run();
    }
  }
}
