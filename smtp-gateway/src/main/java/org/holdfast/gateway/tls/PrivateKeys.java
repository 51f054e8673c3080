package org.holdfast.gateway.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads the private key of a PEM file: PKCS#8 (RFC 5958), and OpenSSL's older forms for RSA
 * (PKCS#1, RFC 8017) and EC (SEC 1, RFC 5915), which are put into a PKCS#8 wrapping because that is
 * what the JDK reads.
 *
 * <pre>
 *   SEQUENCE { INTEGER 0, SEQUENCE { algorithm, parameters }, OCTET STRING { the older form } }
 * </pre>
 */
final class PrivateKeys {

  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
  private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
  private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int EC_PARAMETERS = 0xA0;

  private PrivateKeys() {}

  /**
   * The only private key of the file.
   *
   * @throws IOException naming the file and what is wrong with it
   */
  static PrivateKey of(PemFile pem) throws IOException {
    List<PemFile.Block> keys = pem.blocks().stream().filter(PemFile.Block::isKey).toList();
    Path file = pem.file();
    if (keys.size() != 1) {
      throw new IOException(
          file
              + (keys.isEmpty()
                  ? ": there is no private key in it (BEGIN PRIVATE KEY)"
                  : ": there is more than one private key in it"));
    }
    PemFile.Block key = keys.getFirst();
    if (key.encrypted()) {
      throw new IOException(
          file
              + ": the key is encrypted; the gateway starts without a person to ask: openssl pkey"
              + " -in KEY -out PLAIN, and keep it readable by the gateway alone");
    }
    return decoded(file, pkcs8(file, key.label(), pem.octets(key)));
  }

  private static byte[] pkcs8(Path file, String label, byte[] octets) throws IOException {
    return switch (label) {
      case "PRIVATE KEY" -> octets;
      case "RSA PRIVATE KEY" -> wrapped(RSA, octets);
      case "EC PRIVATE KEY" -> wrapped(joined(EC, curve(file, octets)), octets);
      default ->
          throw new IOException(
              file
                  + ": a key of the kind "
                  + label
                  + " is not read; openssl pkey -in KEY -out NEW");
    };
  }

  private static PrivateKey decoded(Path file, byte[] pkcs8) throws IOException {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        // it is a key of another algorithm, or none at all
      } catch (GeneralSecurityException e) {
        throw new IOException(file + ": this JDK knows no " + algorithm + " keys", e);
      }
    }
    throw new IOException(
        file + ": the private key is broken, or of an algorithm other than RSA, EC and EdDSA");
  }

  private static byte[] wrapped(byte[] algorithm, byte[] key) {
    return element(
        SEQUENCE, joined(VERSION_0, element(SEQUENCE, algorithm), element(OCTET_STRING, key)));
  }

  /** The curve's name as it stands in {@code SEQUENCE { version, key, [0] { curve }, ... }}. */
  private static byte[] curve(Path file, byte[] sec1) throws IOException {
    try {
      ByteBuffer fields = content(ByteBuffer.wrap(sec1), SEQUENCE);
      while (fields.hasRemaining()) {
        int tag = fields.get(fields.position()) & 0xFF;
        ByteBuffer field = content(fields, tag);
        if (tag == EC_PARAMETERS) {
          byte[] curve = new byte[field.remaining()];
          field.get(curve);
          return curve;
        }
      }
    } catch (RuntimeException e) {
      throw new IOException(file + ": the EC key is broken", e);
    }
    throw new IOException(file + ": the EC key does not name its curve");
  }

  /** Reads one element off {@code in}; the length has at most two octets of its own. */
  private static ByteBuffer content(ByteBuffer in, int tag) {
    if ((in.get() & 0xFF) != tag) {
      throw new IllegalArgumentException("another tag");
    }
    int length = in.get() & 0xFF;
    if (length > 0x80) {
      int octets = length & 0x7F;
      length = 0;
      for (int i = 0; i < octets && i < 2; i++) {
        length = length << 8 | (in.get() & 0xFF);
      }
    }
    ByteBuffer content = in.slice(in.position(), length);
    in.position(in.position() + length);
    return content;
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else if (content.length < 0x100) {
      out.writeBytes(new byte[] {(byte) 0x81, (byte) content.length});
    } else {
      out.writeBytes(new byte[] {(byte) 0x82, (byte) (content.length >> 8), (byte) content.length});
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(out::writeBytes);
    return out.toByteArray();
  }
}
