package org.holdfast.gateway.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of one PEM file (RFC 7468), in order. What stands between blocks is ignored, as other
 * software does. Immutable.
 *
 * @param file for complaints
 */
record PemFile(Path file, List<Block> blocks) {

  /** More than any chain needs; a larger file is refused unread. Octets. */
  static final long LARGEST = 1 << 20;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([\\s\\S]*?)-----END \\1-----");
  private static final String CERTIFICATE = "CERTIFICATE";

  /**
   * One block.
   *
   * @param label the words after BEGIN
   * @param text what stands between BEGIN and END
   */
  record Block(String label, String text) {

    /** Encrypted by a password, in either of the two forms that OpenSSL writes. */
    boolean encrypted() {
      return label.startsWith("ENCRYPTED") || text.contains("ENCRYPTED");
    }

    /** A private key of any form. */
    boolean isKey() {
      return label.endsWith("PRIVATE KEY");
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException naming the file and what is wrong with it
   */
  static PemFile read(Path file) throws IOException {
    try {
      if (Files.size(file) > LARGEST) {
        throw new IOException(file + ": is larger than any certificate or key");
      }
      return of(file, Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    } catch (java.nio.file.FileSystemException e) {
      throw new IOException(file + ": cannot be read: " + e, e);
    }
  }

  private static PemFile of(Path file, String text) {
    List<Block> blocks = new ArrayList<>();
    Matcher found = BLOCK.matcher(text);
    while (found.find()) {
      blocks.add(new Block(found.group(1), found.group(2)));
    }
    return new PemFile(file, List.copyOf(blocks));
  }

  /** The octets of a block of this file. */
  byte[] octets(Block block) throws IOException {
    try {
      return Base64.getMimeDecoder().decode(block.text());
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": the block " + block.label() + " is not base64", e);
    }
  }

  /**
   * The certificates in it, at least one.
   *
   * @throws IOException naming the file and what is wrong with it
   */
  List<X509Certificate> certificates() throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks) {
      if (block.label().equals(CERTIFICATE)) {
        certificates.add(certificate(octets(block)));
      }
    }
    if (certificates.isEmpty()) {
      throw new IOException(file + ": there is no certificate in it (BEGIN CERTIFICATE)");
    }
    return List.copyOf(certificates);
  }

  private X509Certificate certificate(byte[] octets) throws IOException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(octets));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": a certificate in it is broken: " + e.getMessage(), e);
    }
  }
}
