package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/** A certificate for localhost and its key in one PEM file, made by the JDK's keytool. */
final class SelfSigned {

  private static final String PASSWORD = "changeit";

  private final Path folder;

  SelfSigned(Path folder) {
    this.folder = folder;
  }

  Path pem() throws Exception {
    Path store = folder.resolve("keys.p12");
    int exit =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                "gw",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-validity",
                "2")
            .inheritIO()
            .start()
            .waitFor();
    if (exit != 0) {
      throw new AssertionError("keytool: " + exit);
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    String pem =
        section("CERTIFICATE", keys.getCertificate("gw").getEncoded())
            + section("PRIVATE KEY", keys.getKey("gw", PASSWORD.toCharArray()).getEncoded());
    return Files.writeString(folder.resolve("gw.pem"), pem);
  }

  private static String section(String name, byte[] octets) {
    String text =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(octets);
    return "-----BEGIN " + name + "-----\n" + text + "\n-----END " + name + "-----\n";
  }
}
