package org.holdfast.gateway.tls;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/**
 * Certificates and keys for tests, made by OpenSSL, valid until 2126: {@code rsa}, {@code ec},
 * {@code ed25519} for localhost, each signed by itself; {@code client} for mx1.example.com, signed
 * by {@code ca}.
 */
public final class Pems {

  private Pems() {}

  public static Path of(String name) {
    try {
      return Path.of(Objects.requireNonNull(Pems.class.getResource("/tls/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Puts it in the place of another file, as certbot and its like do: at once. */
  public static Path replace(Path place, String name) throws IOException {
    Path fresh = Files.copy(of(name), place.resolveSibling(place.getFileName() + ".new"));
    return Files.move(
        fresh, place, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
