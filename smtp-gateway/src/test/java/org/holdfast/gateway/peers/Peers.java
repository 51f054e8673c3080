package org.holdfast.gateway.peers;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Which real servers this machine has. */
final class Peers {

  /** {@code required}: a missing peer fails the test instead of skipping it. */
  static final String SWITCH = "HOLDFAST_PEERS";

  /** The folder where {@code .ci/run} unpacked packages. */
  static final String UNPACKED = "HOLDFAST_PEERS_FOLDER";

  private Peers() {}

  /** Goes on only where Dovecot and Postfix are installed and this is root, as both need. */
  static void needed() {
    missing(DovecotPair.PROGRAM, DovecotPair.LMTP, DovecotPair.IMAP, PostfixMx.PROGRAM)
        .ifPresent(Peers::giveUp);
  }

  /** The same for a Postfix alone. */
  static void postfixNeeded() {
    missing(PostfixMx.PROGRAM).ifPresent(Peers::giveUp);
  }

  /** The same for this program of a package that {@code .ci/run} unpacks, and a Dovecot. */
  static void unpackedNeeded(Path program) {
    missing(program, DovecotPair.PROGRAM, DovecotPair.LMTP, DovecotPair.IMAP)
        .ifPresent(Peers::giveUp);
  }

  /** The same for a program that any user may run. */
  static void programNeeded(Path program) {
    notInstalled(program).ifPresent(Peers::giveUp);
  }

  /** The same for Debian's Chromium and its driver; they need no root. */
  static void browserNeeded() {
    notInstalled(Browser.PROGRAM, Browser.DRIVER).ifPresent(Peers::giveUp);
  }

  /** A program of the packages that cannot be installed beside Postfix. */
  static Path unpacked(String program) {
    String folder = System.getenv(UNPACKED);
    return Path.of(folder == null ? "/opt/holdfast-peers" : folder).resolve(program);
  }

  /**
   * Free now, and none of those that systems give to whoever connects (from 32768 on, RFC 6335 from
   * 49152 on): a server that is down for a moment finds it free again.
   */
  static int freePort() {
    for (int tries = 0; tries < 100; tries++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException _) {
        // somebody has it: another one
      }
    }
    throw new IllegalStateException("no port is free");
  }

  private static Optional<String> missing(Path... programs) {
    return notInstalled(programs)
        .or(() ->
            System.getProperty("user.name").equals("root")
                ? Optional.empty()
                : Optional.of("private Dovecot and Postfix instances need root"));
  }

  private static Optional<String> notInstalled(Path... programs) {
    return Stream.of(programs)
        .filter(path -> !Files.isExecutable(path))
        .map(path -> path + " is not installed")
        .findFirst();
  }

  private static void giveUp(String reason) {
    if ("required".equals(System.getenv(SWITCH))) {
      fail("real peers are required and " + reason);
    }
    abort("no real peers: " + reason);
  }

  /** A folder that servers which drop their privileges can enter. */
  static Path openFolder(String name) throws IOException {
    Path folder = Files.createTempDirectory("holdfast-" + name + "-");
    folder.toFile().setReadable(true, false);
    folder.toFile().setExecutable(true, false);
    return folder;
  }
}
