package org.holdfast.gateway.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The temporary folder of one demo: configuration, map, tokens, the gateway's data and its log.
 * Removed at the end, unless it is to be kept.
 */
final class DemoFolder implements AutoCloseable {

  /** What the restore scripts of the demo's backends authenticate with. */
  static final String BACKEND_TOKEN = "demo-backend-token-0123456789abcdef";

  private final Path root;
  private boolean kept;

  DemoFolder() throws IOException {
    root = Files.createTempDirectory("holdfast-demo-");
  }

  /** Leaves everything where it is, for whoever wants to find out what went wrong. */
  Path keep() {
    kept = true;
    return root;
  }

  Path log() {
    return root.resolve("gateway.log");
  }

  /** Writes everything the gateway reads and returns the main file. */
  Path write(List<DemoPair> pairs, Map<String, DemoPair> homes) throws IOException {
    Files.writeString(root.resolve("map.yaml"), map(pairs, homes));
    Files.writeString(root.resolve("tokens.yaml"), tokens(pairs));
    return Files.writeString(root.resolve("holdfast.yaml"), configuration());
  }

  @Override
  public void close() throws IOException {
    if (kept) {
      return;
    }
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private String configuration() {
    return """
    node: demo
    hostname: gateway.demo.test
    data: "%1$s/data"
    smtp: { listen: "127.0.0.1:0" }
    lmtp: { listen: "127.0.0.1:0" }
    admin: { listen: "127.0.0.1:0", tokens: "%1$s/tokens.yaml" }
    store: { kind: embedded, max-bytes: 256MiB, min-free: 16MiB }
    retry: { first: 1s, max: 5s }
    map: { load: "%1$s/map.yaml", subaddress: "+" }
    """
        .formatted(root);
  }

  private static String map(List<DemoPair> pairs, Map<String, DemoPair> homes) {
    return "pairs:\n"
        + pairs.stream().map(DemoFolder::pair).collect(Collectors.joining())
        + "users:\n"
        + homes.entrySet().stream()
            .map(home -> user(home.getKey(), home.getValue()))
            .collect(Collectors.joining());
  }

  private static String pair(DemoPair pair) {
    return "  - { name: %s, members: { %s }, active: %s }\n"
        .formatted(
            pair.name(),
            pair.members().stream().map(DemoFolder::member).collect(Collectors.joining(", ")),
            pair.active().name());
  }

  private static String member(DemoMember member) {
    return "%s: { lmtp: \"127.0.0.1:%d\", imap: \"127.0.0.1:%d\" }"
        .formatted(member.name(), member.lmtp().getPort(), member.imap().getPort());
  }

  private static String user(String address, DemoPair home) {
    return "  - { address: \"%s\", pair: %s }\n".formatted(address, home.name());
  }

  private static String tokens(List<DemoPair> pairs) {
    return "tokens:\n  - { name: restore-script, role: backend, sha256: %s, pairs: [%s] }\n"
        .formatted(
            sha256(BACKEND_TOKEN),
            pairs.stream().map(DemoPair::name).collect(Collectors.joining(", ")));
  }

  private static String sha256(String token) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
