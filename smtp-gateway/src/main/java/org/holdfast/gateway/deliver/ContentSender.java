package org.holdfast.gateway.deliver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.holdfast.holdqueue.Content;
import org.jspecify.annotations.Nullable;

/**
 * Sends one message, after 354 or as a chunk, with a bounded number of octets under way. What lies
 * in memory goes out from the event loop; anything else is read by a virtual thread, because
 * reading may block.
 */
final class ContentSender {

  /** Octets handed to the channel at once. */
  static final int PIECE = 64 * 1024;

  /** Room for the end of data. */
  private static final int END = 5;

  /** Pieces read from a stream and not yet taken by the kernel. */
  static final int PIECES_UNDER_WAY = 3;

  private final LmtpConnection connection;
  private final Channel channel;
  private final EventLoop loop;
  private final Content content;
  private final Runnable endIssued;
  private final Runnable dotSent;
  private final Framing framing;
  private final Semaphore room = new Semaphore(PIECES_UNDER_WAY);
  private @Nullable ByteBuffer memory;

  /**
   * Sends over {@code connection}. {@code endIssued} runs when the end of data was handed to the
   * channel, {@code dotSent} when the kernel took it; both on the event loop.
   */
  ContentSender(
      LmtpConnection connection,
      Content content,
      Framing framing,
      Runnable endIssued,
      Runnable dotSent) {
    this.connection = connection;
    this.channel = connection.channel();
    this.loop = channel.eventLoop();
    this.content = content;
    this.framing = framing;
    this.endIssued = endIssued;
    this.dotSent = dotSent;
  }

  void start() {
    String begin = framing.begin(content.size());
    if (!begin.isEmpty()) {
      connection.say(begin);
    }
    ByteBuffer octets = content.inMemory();
    if (octets == null) {
      Thread.ofVirtual().name("lmtp-content").start(this::stream);
    } else {
      memory = octets.slice();
      writable();
    }
  }

  // ---- from memory, on the event loop

  /** The channel takes more. */
  void writable() {
    ByteBuffer left = memory;
    if (left == null) {
      return;
    }
    while (left.remaining() > PIECE && channel.isWritable()) {
      var _ = channel.write(piece(left), channel.voidPromise());
    }
    if (left.remaining() > PIECE || !channel.isWritable()) {
      channel.flush();
    } else {
      memory = null;
      end(piece(left));
    }
  }

  /** The next piece, copied to where the kernel takes it from. */
  private ByteBuf piece(ByteBuffer left) {
    int size = Math.min(PIECE, left.remaining());
    ByteBuf piece = channel.alloc().directBuffer(size + END);
    piece.writeBytes(left.slice(left.position(), size));
    left.position(left.position() + size);
    return framing.piece(piece, channel.alloc());
  }

  /** The last piece and the end of data, in one write. */
  private void end(ByteBuf last) {
    ByteBufUtil.writeAscii(last, framing.end());
    endIssued.run();
    channel
        .writeAndFlush(last)
        .addListener(sent -> {
          if (sent.isSuccess()) {
            dotSent.run();
          }
        });
  }

  // ---- from a stream, on a virtual thread

  private void stream() {
    try (InputStream in = content.open()) {
      long size = 0;
      for (ByteBuf piece = read(in); piece != null; piece = read(in)) {
        size += piece.readableBytes();
        if (size >= content.size()) {
          last(in, piece, size);
          return;
        }
        pass(framing.piece(piece, channel.alloc()));
      }
      if (content.size() == 0) {
        last(in, channel.alloc().directBuffer(END), 0);
      } else {
        broken(size);
      }
    } catch (RejectedExecutionException _) {
      // The event loop has ended and has closed the connection: nobody is left to tell.
    } catch (IOException | RuntimeException e) {
      abort(e.toString());
    } catch (InterruptedException _) {
      abort("interrupted");
    }
  }

  private @Nullable ByteBuf read(InputStream in) throws IOException, InterruptedException {
    room.acquire();
    if (!channel.isActive()) {
      return null;
    }
    ByteBuf piece = channel.alloc().buffer(PIECE);
    try {
      while (piece.isWritable() && piece.writeBytes(in, piece.writableBytes()) > 0) {
        // until the piece is full or the stream at its end
      }
    } catch (IOException | RuntimeException e) {
      piece.release();
      throw e;
    }
    if (piece.isReadable()) {
      return piece;
    }
    piece.release();
    return null;
  }

  private void pass(ByteBuf piece) {
    try {
      loop.execute(() ->
          channel
              .writeAndFlush(piece)
              .addListener(_ -> {
                room.release();
                connection.progress();
              }));
    } catch (RejectedExecutionException e) {
      piece.release();
      throw e;
    }
  }

  /**
   * The last octets and the end go together: a backend may answer a chunk as soon as it is whole.
   * Never ends a message that was not read to its end: half a message must not be delivered.
   */
  private void last(InputStream in, ByteBuf piece, long size) throws IOException {
    boolean whole = size == content.size() && in.read() < 0;
    if (!whole) { // what follows a chunk would be commands
      piece.release();
      broken(size);
      return;
    }
    ByteBuf last = framing.piece(piece, channel.alloc());
    try {
      loop.execute(() -> end(last));
    } catch (RejectedExecutionException e) {
      last.release();
      throw e;
    }
  }

  private void broken(long size) {
    if (channel.isActive()) {
      abort(size + " octets or more instead of " + content.size());
    }
  }

  private void abort(String why) {
    loop.execute(
        () -> connection.fail(OwnWords.unreadable("message can't be read: " + why), false));
  }
}
