package org.holdfast.gateway.sasl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is kept instead of a password (RFC 5802 section 3). Whoever steals it can neither log in
 * with it nor read the password out of it, only guess, and each guess costs {@code iterations}.
 * Written in the form of RFC 5803, as PostgreSQL does:
 *
 * <pre>
 *   SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey        (base64)
 * </pre>
 *
 * Immutable: nobody changes the arrays, which stay in this package.
 */
public final class Verifier {

  /** RFC 7677 section 4 asks for 4096 at least. */
  static final int FEWEST_ITERATIONS = 4096;

  /** A tenth of a second of one core and more; a client would pay as much. */
  static final int MOST_ITERATIONS = 1_000_000;

  /** About 10 ms: paid at each PLAIN login by us, at each SCRAM login by the client. */
  public static final int ITERATIONS = 32_768;

  private static final int SALT = 16;
  private static final byte[] CLIENT_KEY = "Client Key".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SERVER_KEY = "Server Key".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern FORM =
      Pattern.compile(
          "SCRAM-SHA-256\\$(\\d{1,7}):([A-Za-z0-9+/=]{4,128})\\$([A-Za-z0-9+/=]{44}):([A-Za-z0-9+/=]{44})");

  final int iterations;
  final byte[] salt;
  final byte[] storedKey;
  final byte[] serverKey;

  Verifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    this.iterations = iterations;
    this.salt = salt;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /** Of a new password. Takes a while. */
  public static Verifier of(char[] password, SecureRandom random) {
    byte[] salt = new byte[SALT];
    random.nextBytes(salt);
    return of(password, salt, ITERATIONS);
  }

  static Verifier of(char[] password, byte[] salt, int iterations) {
    byte[] salted = Hmac.salted(Passwords.prepared(password), salt, iterations);
    return new Verifier(
        iterations, salt, Hmac.hash(Hmac.hmac(salted, CLIENT_KEY)), Hmac.hmac(salted, SERVER_KEY));
  }

  /**
   * Reads what {@link #written} wrote.
   *
   * @throws IllegalArgumentException saying what is wrong, and nothing of the text
   */
  public static Verifier parse(String text) {
    Matcher found = FORM.matcher(text);
    if (!found.matches()) {
      throw new IllegalArgumentException(
          "SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey is expected; ./holdfast password writes"
              + " it");
    }
    int iterations = Integer.parseInt(found.group(1));
    if (iterations < FEWEST_ITERATIONS || iterations > MOST_ITERATIONS) {
      throw new IllegalArgumentException(
          "iterations are not within " + FEWEST_ITERATIONS + " to " + MOST_ITERATIONS);
    }
    Base64.Decoder base64 = Base64.getDecoder();
    byte[] storedKey = base64.decode(found.group(3));
    byte[] serverKey = base64.decode(found.group(4));
    if (storedKey.length != Hmac.LENGTH || serverKey.length != Hmac.LENGTH) {
      throw new IllegalArgumentException("StoredKey and ServerKey have 32 octets each");
    }
    return new Verifier(iterations, base64.decode(found.group(2)), storedKey, serverKey);
  }

  /** Whether this is the password. Takes as long for a wrong one as for the right one. */
  boolean matches(char[] password) {
    byte[] salted = Hmac.salted(password, salt, iterations);
    return MessageDigest.isEqual(storedKey, Hmac.hash(Hmac.hmac(salted, CLIENT_KEY)));
  }

  /** The line for the file: no secret that logs in, but no business of a log either. */
  public String written() {
    Base64.Encoder base64 = Base64.getEncoder();
    return "SCRAM-SHA-256$"
        + iterations
        + ":"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(storedKey)
        + ":"
        + base64.encodeToString(serverKey);
  }

  /** Tells nothing: for logs. */
  @Override
  public String toString() {
    return "verifier";
  }
}
