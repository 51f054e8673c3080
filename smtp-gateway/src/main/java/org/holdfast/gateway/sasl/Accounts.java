package org.holdfast.gateway.sasl;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may log in. Somebody unknown has a verifier too, always the same, that no password fits: so
 * an answer, its length and the time it takes say nothing about whether there is such an account.
 * Immutable.
 */
public final class Accounts {

  private static final int SECRET = 32;
  private static final int SALT = 16;

  private final Map<String, Verifier> verifiers;
  private final byte[] secret;
  private final int iterations;

  /**
   * These accounts, by name.
   *
   * @throws IllegalArgumentException naming a name that cannot be one
   */
  public Accounts(Map<String, Verifier> verifiers, SecureRandom random) {
    this.verifiers = new HashMap<>();
    verifiers.forEach(this::add);
    this.secret = new byte[SECRET];
    random.nextBytes(secret);
    this.iterations =
        verifiers.values().stream()
            .mapToInt(verifier -> verifier.iterations)
            .max()
            .orElse(Verifier.ITERATIONS);
  }

  private void add(String name, Verifier verifier) {
    try {
      if (verifiers.put(Passwords.prepared(name), verifier) != null) {
        throw new IllegalArgumentException("it stands here twice in two spellings");
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the name " + name + ": " + e.getMessage(), e);
    }
  }

  /** How many there are. */
  public int size() {
    return verifiers.size();
  }

  /** The verifier of a name, or one that nothing fits. */
  Verifier verifier(String name) {
    @Nullable Verifier known = verifiers.get(name);
    return known == null ? ofNobody(name) : known;
  }

  /** The mechanism of this name, case ignored; empty when it is not known. */
  public Optional<Mechanism> mechanism(String name, SecureRandom random) {
    if (name.equalsIgnoreCase(Mechanism.SCRAM_SHA_256)) {
      return Optional.of(new ScramServer(this, random));
    }
    return name.equalsIgnoreCase(Mechanism.PLAIN)
        ? Optional.of(new PlainServer(this))
        : Optional.empty();
  }

  private Verifier ofNobody(String name) {
    byte[] salt = Hmac.hmac(secret, name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    byte[] noKey = Hmac.hmac(secret, salt);
    return new Verifier(iterations, Arrays.copyOf(salt, SALT), noKey, noKey);
  }
}
