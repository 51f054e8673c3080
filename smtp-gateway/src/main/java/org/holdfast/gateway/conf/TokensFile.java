package org.holdfast.gateway.conf;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads {@code admin.tokens}: who may use the API, by the SHA-256 of each token. {@code
 * conf/tokens.example.yaml} shows one.
 */
public final class TokensFile {

  /** More in one file is a mistake. */
  public static final int MAX_TOKENS = 10_000;

  /** Octets of the file. */
  private static final long LARGEST = 10 << 20;

  private static final Pattern NAME = Pattern.compile("[^\\s\\p{Cntrl}]{1,100}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
  private static final Set<String> ROLES = Set.of("operator", "viewer", "backend", "frontend");

  private TokensFile() {}

  /**
   * One token.
   *
   * @param name stands in the events; unique in the file, never {@code operator}
   * @param sha256 of the token, in hexadecimal digits
   * @param role one of operator, viewer, backend, frontend
   * @param pairs that a backend speaks for; empty for other roles
   * @param expires from then on it is no good; empty: it stays good
   */
  public record Token(
      String name, String sha256, String role, Set<String> pairs, Optional<Instant> expires) {

    /** The hash itself: 32 octets. */
    public byte[] hash() {
      return HexFormat.of().parseHex(sha256);
    }
  }

  /**
   * The tokens, in the order of the file.
   *
   * @throws ConfigurationException naming file, line and key
   */
  public static List<Token> read(Path file) throws ConfigurationException {
    try (Reader text = Files.newBufferedReader(file)) {
      if (Files.size(file) > LARGEST) {
        throw new ConfigurationException(file + ": is too large for a file of tokens");
      }
      Section root = YamlSource.parse(file.toString(), text, null).root();
      List<Token> tokens = tokens(root);
      root.end();
      return tokens;
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(file + ": there is no such file");
    } catch (IOException e) {
      throw new ConfigurationException(file + ": cannot be read: " + e);
    }
  }

  private static List<Token> tokens(Section root) throws ConfigurationException {
    List<Section> sections = root.sections("tokens");
    if (sections.size() > MAX_TOKENS) {
      throw root.wrong("tokens", "more than " + MAX_TOKENS + " tokens");
    }
    List<Token> tokens = new ArrayList<>();
    Set<String> names = new HashSet<>(Set.of("operator"));
    for (Section section : sections) {
      Token token = token(section);
      if (!names.add(token.name())) {
        throw section.wrong("name", "the name " + token.name() + " is taken already");
      }
      tokens.add(token);
    }
    return List.copyOf(tokens);
  }

  private static Token token(Section token) throws ConfigurationException {
    String role = token.required("role", TokensFile::role);
    Set<String> pairs = Set.copyOf(token.values("pairs", List.of(), text -> text));
    Token read =
        new Token(
            token.required("name", TokensFile::name),
            token.required("sha256", TokensFile::sha256),
            role,
            pairs,
            token.value("expires", "", TokensFile::expiry));
    token.end();
    if (role.equals("backend") == pairs.isEmpty()) {
      throw token.wrong("role", "'pairs' goes with the role backend, and with no other");
    }
    return read;
  }

  private static String name(String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("a name of 1 to 100 characters without blanks");
    }
    return text;
  }

  private static String sha256(String text) {
    if (!SHA256.matcher(text).matches()) {
      throw new IllegalArgumentException("64 hex digits are expected");
    }
    return text;
  }

  private static String role(String text) {
    if (!ROLES.contains(text)) {
      throw new IllegalArgumentException("role must be operator, viewer, backend or frontend");
    }
    return text;
  }

  /** A day counts to its end, in UTC. */
  private static Optional<Instant> expiry(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          text.length() == 10
              ? LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()
              : Instant.parse(text));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "expires is a day such as 2027-12-31 or a time such as 2027-12-31T12:00:00Z", e);
    }
  }
}
