package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.Random;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.wiring.Gateway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** BINARYMIME in by BDAT, out to a real Dovecot, which offers CHUNKING and no BINARYMIME. */
class BinaryToDovecotIT {

  private static final String DORA = "dora@example.com";

  @TempDir Path folder;

  @BeforeAll
  static void peers() {
    Peers.needed();
  }

  @Test
  void binaryPart_isReadInDovecotOctetForOctet() throws Exception {
    byte[] octets = new byte[100_000];
    new Random(1).nextBytes(octets);
    String mail =
        "Subject: binary\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
            + "Content-Transfer-Encoding: binary\r\n\r\n--b\r\n\r\nplain\r\n"
            + "--b\r\nContent-Type: application/octet-stream\r\n"
            + "Content-Transfer-Encoding: binary\r\n\r\n"
            + new String(octets, StandardCharsets.ISO_8859_1)
            + "\r\n--b--\r\n";
    try (DovecotPair pair = new DovecotPair("imap5-6");
        Gateway gateway = gateway(pair)) {
      assertThat(offered(pair)).contains("CHUNKING").doesNotContain("BINARYMIME");
      send(gateway.smtp(), mail);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(attachment(pair)).isEqualTo(octets));
    }
  }

  private Gateway gateway(DovecotPair pair) throws Exception {
    Files.writeString(
        folder.resolve("map.yaml"),
        """
        pairs: [ { name: imap5-6, members: { imap5: { lmtp: "127.0.0.1:%d" } }, active: imap5 } ]
        users: [ { address: %s, pair: imap5-6 } ]
        """
            .formatted(pair.lmtpPort, DORA));
    Path file =
        Files.writeString(
            folder.resolve("holdfast.yaml"),
            """
            data: %1$s/data
            smtp: { listen: "127.0.0.1:0" }
            lmtp: { listen: "127.0.0.1:0" }
            admin: { listen: "127.0.0.1:0" }
            store: { max-bytes: 1GiB, min-free: 16MiB }
            map: { load: %1$s/map.yaml }
            """
                .formatted(folder));
    return Gateway.start(SettingsFile.read(file), file);
  }

  private static String offered(DovecotPair pair) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), pair.lmtpPort)) {
      BufferedReader in = reader(socket);
      String lines = in.readLine();
      socket.getOutputStream().write("LHLO x\r\n".getBytes(StandardCharsets.US_ASCII));
      String line = in.readLine();
      while (line.startsWith("250-")) {
        lines += "\n" + line;
        line = in.readLine();
      }
      return lines + "\n" + line;
    }
  }

  private static void send(InetSocketAddress smtp, String mail) throws IOException {
    try (Socket socket = new Socket(smtp.getAddress(), smtp.getPort())) {
      String talk =
          "EHLO x\r\nMAIL FROM:<a@far.example> BODY=BINARYMIME\r\nRCPT TO:<%s>\r\nBDAT %d LAST\r\n"
              .formatted(DORA, mail.length());
      socket.getOutputStream().write((talk + mail).getBytes(StandardCharsets.ISO_8859_1));
      BufferedReader in = reader(socket);
      String line = in.readLine();
      while (!line.contains("OK id=")) {
        assertThat(line).startsWith("2");
        line = in.readLine();
      }
    }
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  private static byte[] attachment(DovecotPair pair) throws Exception {
    try (Store store = Session.getInstance(new Properties()).getStore("imap")) {
      store.connect("127.0.0.1", pair.imapPort, DORA, DovecotPair.PASSWORD);
      try (Folder inbox = store.getFolder("INBOX")) {
        inbox.open(Folder.READ_ONLY);
        Message[] messages = inbox.getMessages();
        assertThat(messages).hasSize(1);
        Multipart parts = (Multipart) messages[0].getContent();
        return parts.getBodyPart(1).getInputStream().readAllBytes();
      }
    }
  }
}
