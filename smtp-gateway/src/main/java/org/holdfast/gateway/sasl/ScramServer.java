package org.holdfast.gateway.sasl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677): the password is never sent, and the
 * client learns that we know it too.
 *
 * <pre>
 *   C: n,,n=NAME,r=CNONCE
 *   S: r=CNONCE SNONCE,s=SALT,i=ITERATIONS
 *   C: c=biws,r=CNONCE SNONCE,p=PROOF
 *   S: v=SIGNATURE
 *   C: (nothing)
 * </pre>
 */
final class ScramServer implements Mechanism {

  private static final int NONCE = 18;

  /** Octets of a client's nonce; a longer one would not fit into our reply line. */
  private static final int LONGEST_NONCE = 128;

  private static final byte[] NOTHING = {};

  private enum Awaited {
    FIRST,
    PROOF,
    END
  }

  private final Accounts accounts;
  private final Supplier<String> nonces;
  private Awaited awaited = Awaited.FIRST;
  private String binding = "";
  private String account = "";
  private String nonce = "";
  private String firstBare = "";
  private String serverFirst = "";
  private @Nullable Verifier verifier;

  ScramServer(Accounts accounts, SecureRandom random) {
    this(accounts, () -> nonce(random));
  }

  /**
   * For tests.
   *
   * @param nonces our part of the nonce
   */
  ScramServer(Accounts accounts, Supplier<String> nonces) {
    this.accounts = accounts;
    this.nonces = nonces;
  }

  private static String nonce(SecureRandom random) {
    byte[] octets = new byte[NONCE];
    random.nextBytes(octets);
    return Base64.getEncoder().encodeToString(octets); // printable and without a comma
  }

  @Override
  public Step next(byte[] words) throws LoginFailedException {
    return switch (awaited) {
      case FIRST -> first(Passwords.text(words, 0, words.length));
      case PROOF -> proof(Passwords.text(words, 0, words.length));
      case END -> end(words);
    };
  }

  private Step first(String message) throws LoginFailedException {
    String[] header = message.split(",", 3);
    if (header.length < 3 || !(header[0].equals("n") || header[0].equals("y"))) {
      throw new LoginFailedException("no GS2 header, or one that binds to a channel");
    }
    binding = header[0] + "," + header[1] + ",";
    firstBare = header[2];
    String[] fields = firstBare.split(",", -1);
    account = named(value(fields, 0, "n="));
    String client = value(fields, 1, "r=");
    if (client.isEmpty() || client.length() > LONGEST_NONCE) {
      throw new LoginFailedException("no nonce, or one that is too long");
    }
    if (!header[1].isEmpty() && !named(value(header, 1, "a=")).equals(account)) {
      throw new LoginFailedException("nobody acts for somebody else here");
    }
    Verifier found = accounts.verifier(account);
    verifier = found;
    nonce = client + nonces.get();
    serverFirst =
        "r="
            + nonce
            + ",s="
            + Base64.getEncoder().encodeToString(found.salt)
            + ",i="
            + found.iterations;
    awaited = Awaited.PROOF;
    return new Step.Challenge(serverFirst);
  }

  private Step proof(String message) throws LoginFailedException {
    int end = message.lastIndexOf(",p=");
    String withoutProof = end < 0 ? "" : message.substring(0, end);
    String[] fields = withoutProof.split(",", -1);
    if (fields.length < 2
        || !value(fields, 0, "c=").equals(Base64.getEncoder().encodeToString(octets(binding)))
        || !value(fields, 1, "r=").equals(nonce)) {
      throw new LoginFailedException("another nonce or header than before");
    }
    byte[] authMessage = octets(firstBare + "," + serverFirst + "," + withoutProof);
    Verifier found = java.util.Objects.requireNonNull(verifier);
    if (!proves(found, base64(message.substring(end + 3)), authMessage)) {
      throw new LoginFailedException("wrong name or password");
    }
    awaited = Awaited.END;
    byte[] signature = Hmac.hmac(found.serverKey, authMessage);
    return new Step.Challenge("v=" + Base64.getEncoder().encodeToString(signature));
  }

  /** The proof is {@code ClientKey XOR HMAC(StoredKey, AuthMessage)}. */
  private static boolean proves(Verifier verifier, byte[] proof, byte[] authMessage) {
    byte[] clientKey = Hmac.hmac(verifier.storedKey, authMessage);
    if (proof.length != clientKey.length) {
      return false;
    }
    for (int i = 0; i < proof.length; i++) {
      clientKey[i] ^= proof[i];
    }
    return MessageDigest.isEqual(verifier.storedKey, Hmac.hash(clientKey));
  }

  /** Only who agrees with our signature goes on (RFC 4954 section 4: an empty answer). */
  private Step end(byte[] words) throws LoginFailedException {
    if (!MessageDigest.isEqual(words, NOTHING)) {
      throw new LoginFailedException("something after the signature");
    }
    return new Step.Done(account);
  }

  private static String value(String[] fields, int at, String key) throws LoginFailedException {
    if (at >= fields.length || !fields[at].startsWith(key)) {
      throw new LoginFailedException("a field is missing: " + key);
    }
    return fields[at].substring(key.length());
  }

  /** RFC 5802 section 5.1: {@code =2C} is a comma, {@code =3D} an equals sign. */
  private static String named(String name) throws LoginFailedException {
    if (name.replace("=2C", "").replace("=3D", "").indexOf('=') >= 0) {
      throw new LoginFailedException("a name that is not encoded");
    }
    try {
      return Passwords.prepared(name.replace("=2C", ",").replace("=3D", "="));
    } catch (IllegalArgumentException e) {
      throw new LoginFailedException("a name that nobody has");
    }
  }

  private static byte[] base64(String text) throws LoginFailedException {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new LoginFailedException("a proof that is not base64");
    }
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
