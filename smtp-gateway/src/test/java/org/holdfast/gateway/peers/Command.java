package org.holdfast.gateway.peers;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end. */
final class Command {

  private static final long LIMIT_SECONDS = 30;

  private Command() {}

  /**
   * Its output, stderr included.
   *
   * @throws IOException when it fails or takes longer than {@link #LIMIT_SECONDS}
   */
  static String run(Object... words) throws IOException {
    Path output = Files.createTempFile("holdfast-command-", ".out");
    try {
      int exit = exitCode(output.toFile(), words);
      String said = Files.readString(output);
      if (exit != 0) {
        throw new IOException(Arrays.toString(words) + " -> " + exit + ": " + said);
      }
      return said;
    } finally {
      Files.delete(output);
    }
  }

  // The output goes to a file: a daemon that is started this way keeps a pipe open for ever.
  private static int exitCode(File output, Object... words) throws IOException {
    Process process =
        new ProcessBuilder(Arrays.stream(words).map(Object::toString).toList())
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    process.getOutputStream().close();
    if (!endsWithin(LIMIT_SECONDS, process)) {
      process.destroyForcibly();
      throw new IOException(Arrays.toString(words) + " does not end");
    }
    return process.exitValue();
  }

  /** SIGTERM, and SIGKILL when that does not help. */
  static void end(Process process) throws IOException {
    process.destroy();
    if (!endsWithin(LIMIT_SECONDS, process)) {
      process.destroyForcibly();
      endsWithin(LIMIT_SECONDS, process);
    }
  }

  private static boolean endsWithin(long seconds, Process process) throws IOException {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("while a process was to end");
    }
  }
}
