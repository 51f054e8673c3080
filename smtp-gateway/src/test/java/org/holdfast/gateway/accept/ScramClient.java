package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), written without the server's code. */
final class ScramClient {

  private static final String NONCE = "fyko+d2lbbFgONRv9qkxdawL";

  private final String name;
  private final String password;
  private String signature = "";

  ScramClient(String name, String password) {
    this.name = name;
    this.password = password;
  }

  String first() {
    return "n,," + firstBare();
  }

  private String firstBare() {
    return "n=" + name + ",r=" + NONCE;
  }

  String proof(String serverFirst) throws Exception {
    String[] fields = serverFirst.split(",", 3);
    byte[] salt = Base64.getDecoder().decode(fields[1].substring(2));
    int iterations = Integer.parseInt(fields[2].substring(2));
    byte[] salted =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
            .getEncoded();
    String last = "c=biws," + fields[0];
    String message = firstBare() + "," + serverFirst + "," + last;
    byte[] clientKey = hmac(salted, "Client Key");
    byte[] stored = MessageDigest.getInstance("SHA-256").digest(clientKey);
    byte[] proof = hmac(stored, message);
    for (int i = 0; i < proof.length; i++) {
      proof[i] ^= clientKey[i];
    }
    signature =
        "v=" + Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key"), message));
    return last + ",p=" + Base64.getEncoder().encodeToString(proof);
  }

  /** What a server that knows the password says at the end. */
  String signature() {
    return signature;
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }
}
