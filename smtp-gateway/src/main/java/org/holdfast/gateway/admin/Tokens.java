package org.holdfast.gateway.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.TokensFile;
import org.jspecify.annotations.Nullable;

/** The tokens that open the API, as SHA-256 hashes only. Immutable. */
final class Tokens {

  private final List<Token> all;

  private Tokens(List<Token> all) {
    this.all = List.copyOf(all);
  }

  private record Token(
      String name, Hash hash, Role role, Set<String> pairs, Optional<Instant> expires) {}

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

  /** What a token that was shown is worth. */
  sealed interface Found {

    /** It is good. */
    record Good(Caller caller) implements Found {}

    /** It was good until then. */
    record Expired(String name, Instant when) implements Found {}

    /** Nobody's. */
    record Wrong() implements Found {}
  }

  /** The operator's token and those of the file; an empty path means no file. */
  static Tokens of(String operatorToken, String file) throws IOException {
    List<Token> all = new ArrayList<>();
    Hash operator = new Hash(sha256(operatorToken));
    all.add(new Token("operator", operator, Role.OPERATOR, Set.of(), Optional.empty()));
    if (!file.isEmpty()) {
      for (TokensFile.Token token : read(Path.of(file))) {
        all.add(
            new Token(
                token.name(),
                new Hash(token.hash()),
                Role.valueOf(token.role().toUpperCase(Locale.ROOT)),
                token.pairs(),
                token.expires()));
      }
    }
    return new Tokens(all);
  }

  private static List<TokensFile.Token> read(Path file) throws IOException {
    try {
      return TokensFile.read(file);
    } catch (ConfigurationException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** How many there are, the operator's with them. */
  int size() {
    return all.size();
  }

  /**
   * Who bears this token? Every hash is compared, each in constant time, so the answer's time tells
   * nothing about how near a guess was.
   */
  Found find(String presented, String from, Instant now) {
    byte[] hash = sha256(presented);
    @Nullable Token found = null;
    for (Token token : all) {
      if (token.hash.is(hash)) {
        found = token;
      }
    }
    if (found == null) {
      return new Found.Wrong();
    }
    Instant end = found.expires.orElse(Instant.MAX);
    return now.isBefore(end)
        ? new Found.Good(new Caller(found.name, found.role, found.pairs, from))
        : new Found.Expired(found.name, end);
  }

  static byte[] sha256(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
