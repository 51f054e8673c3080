package org.holdfast.gateway.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The process's stdout or stderr, which says when nobody takes what is written. {@code System.out}
 * only remembers that: a dump onto a full disk would end with exit code 0.
 */
final class Stdout extends OutputStream {

  private final FileOutputStream to;

  Stdout(FileDescriptor descriptor) {
    this.to = new FileOutputStream(descriptor);
  }

  /** Unchecked, so that writers between us and the command let it through. */
  static final class LostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LostException(IOException cause) {
      super(cause.getMessage(), cause);
    }

    /** Whether a reader has gone ({@code | head}), which is nobody's mistake. */
    boolean brokenPipe() {
      return String.valueOf(getMessage()).contains("Broken pipe");
    }
  }

  @Override
  public void write(int octet) {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] octets, int offset, int length) {
    try {
      to.write(octets, offset, length);
    } catch (IOException e) {
      throw new LostException(e);
    }
  }
}
