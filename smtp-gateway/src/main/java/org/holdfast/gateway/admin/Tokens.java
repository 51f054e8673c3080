package org.holdfast.gateway.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The tokens that open the API, as SHA-256 hashes only. Immutable.
 *
 * <p>The tokens file is YAML:
 *
 * <pre>
 * tokens:
 *   - { name: imap5, sha256: 64 hex digits, role: backend, pairs: [imap5-6] }
 *   - { name: grafana, sha256: 64 hex digits, role: viewer }
 * </pre>
 *
 * The hash of a token: {@code printf %s TOKEN | sha256sum}.
 */
final class Tokens {

  /** More tokens than this in one file is a mistake. */
  static final int MAX_TOKENS = 10_000;

  private static final Set<String> KEYS = Set.of("name", "sha256", "role", "pairs");

  private final List<Token> all;

  private Tokens(List<Token> all) {
    this.all = List.copyOf(all);
  }

  private record Token(String name, Hash hash, Role role, Set<String> pairs) {}

  /** SHA-256 of a token. Compared in constant time only, so it has no equals of its own. */
  private static final class Hash {
    private final byte[] octets;

    Hash(byte[] octets) {
      this.octets = octets;
    }

    boolean is(byte[] other) {
      return MessageDigest.isEqual(octets, other);
    }
  }

  /** The operator's token and those of the file; an empty path means no file. */
  static Tokens of(String operatorToken, String file) throws IOException {
    List<Token> all = new ArrayList<>();
    all.add(new Token("operator", new Hash(sha256(operatorToken)), Role.OPERATOR, Set.of()));
    if (!file.isEmpty()) {
      all.addAll(read(Path.of(file)));
    }
    return new Tokens(all);
  }

  /**
   * Who bears this token? Every hash is compared, each in constant time, so the answer's time tells
   * nothing about how near a guess was.
   */
  Optional<Caller> find(String presented, String from) {
    byte[] hash = sha256(presented);
    @Nullable Token found = null;
    for (Token token : all) {
      if (token.hash.is(hash)) {
        found = token;
      }
    }
    return found == null
        ? Optional.empty()
        : Optional.of(new Caller(found.name, found.role, found.pairs, from));
  }

  private static List<Token> read(Path file) throws IOException {
    JsonNode root = tree(file);
    JsonNode list = root.isObject() ? root.path("tokens") : root;
    if (!list.isArray() || list.size() > MAX_TOKENS) {
      throw new IOException(file + ": expected 'tokens:' with a list of at most " + MAX_TOKENS);
    }
    List<Token> tokens = new ArrayList<>();
    Set<String> names = new HashSet<>(Set.of("operator"));
    for (int i = 0; i < list.size(); i++) {
      Token token = token(file + ": token " + (i + 1), list.get(i));
      if (!names.add(token.name)) {
        throw new IOException(file + ": the name '" + token.name + "' is taken already");
      }
      tokens.add(token);
    }
    return tokens;
  }

  private static JsonNode tree(Path file) throws IOException {
    try {
      return new YAMLMapper().readTree(Files.readString(file));
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new IOException(file + ":" + line + ": not YAML: " + e.getOriginalMessage(), e);
    }
  }

  private static Token token(String where, JsonNode node) throws IOException {
    if (!node.isObject()) {
      throw new IOException(where + ": expected { name, sha256, role, pairs }");
    }
    for (String key : node.propertyNames()) {
      if (!KEYS.contains(key)) {
        throw new IOException(where + ": unknown key '" + key + "'");
      }
    }
    Role role =
        Role.of(text(where, node, "role"))
            .orElseThrow(() ->
                new IOException(where + ": role must be operator, viewer, backend, frontend"));
    Set<String> pairs = pairs(where, node.path("pairs"));
    if ((role == Role.BACKEND) == pairs.isEmpty()) {
      throw new IOException(where + ": 'pairs' goes with the role backend, and with no other");
    }
    return new Token(text(where, node, "name"), hash(where, node), role, pairs);
  }

  private static Hash hash(String where, JsonNode node) throws IOException {
    String hex = text(where, node, "sha256");
    if (!hex.matches("[0-9a-fA-F]{64}")) {
      throw new IOException(where + ": sha256 must be 64 hex digits, quoted when all are digits");
    }
    return new Hash(HexFormat.of().parseHex(hex));
  }

  private static Set<String> pairs(String where, JsonNode list) throws IOException {
    if (list.isMissingNode()) {
      return Set.of();
    }
    if (!list.isArray()) {
      throw new IOException(where + ": pairs must be a list of names");
    }
    Set<String> pairs = new HashSet<>();
    for (JsonNode pair : list) {
      if (!pair.isString()) {
        throw new IOException(where + ": pairs must be a list of names");
      }
      pairs.add(pair.stringValue());
    }
    return Set.copyOf(pairs);
  }

  private static String text(String where, JsonNode node, String key) throws IOException {
    JsonNode value = node.path(key);
    if (!value.isString() || value.stringValue().isBlank()) {
      throw new IOException(where + ": '" + key + "' is missing or not text");
    }
    return value.stringValue();
  }

  static byte[] sha256(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
