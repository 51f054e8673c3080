package org.holdfast.gateway.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/** {@code DATA/operator.token}: made on the first start, readable by its owner only. */
final class OperatorToken {

  /** Random bytes in a token: 256 bits. */
  static final int TOKEN_BYTES = 32;

  /** A shorter token in the file is refused rather than trusted. */
  static final int MIN_LENGTH = 16;

  private OperatorToken() {}

  /** The token of this data folder; made when there is none yet. */
  static String of(Path data) throws IOException {
    Path file = file(data);
    return Files.exists(file) ? read(file) : create(file);
  }

  /** Where it lies. */
  static Path file(Path data) {
    return data.resolve("operator.token");
  }

  /** The token in this file. */
  static String read(Path file) throws IOException {
    String token = Files.readString(file).strip();
    if (token.length() < MIN_LENGTH) {
      throw new IOException(
          file + ": shorter than " + MIN_LENGTH + " characters; remove it to get a new one");
    }
    return token;
  }

  // Written aside and renamed: nobody ever reads half a token, and no moment has wider rights.
  private static String create(Path file) throws IOException {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    Path aside = file.resolveSibling("operator.token.new");
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.deleteIfExists(aside);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel out =
        FileChannel.open(
            aside, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
      out.write(ByteBuffer.wrap(token.getBytes(StandardCharsets.US_ASCII)));
      out.force(true);
    }
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    return token;
  }
}
