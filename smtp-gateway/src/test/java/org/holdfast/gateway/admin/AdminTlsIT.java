package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.holdfast.gateway.tls.Credentials;
import org.holdfast.gateway.tls.Pems;
import org.holdfast.gateway.tls.ServerTls;
import org.holdfast.gateway.tls.ServerTls.MinVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin listener with TLS. */
class AdminTlsIT {

  @TempDir private Path folder;
  private Path certificate;
  private Path key;

  @BeforeEach
  void copy() throws Exception {
    certificate = Files.copy(Pems.of("rsa.crt"), folder.resolve("server.crt"));
    key = Files.copy(Pems.of("rsa.key"), folder.resolve("server.key"));
  }

  private Api api(MinVersion least, @Nullable Path clientCa) throws Exception {
    ServerTls tls =
        new ServerTls(
            "admin",
            certificate,
            key,
            least,
            Optional.ofNullable(clientCa),
            InstantSource.system());
    return new Api(folder, tls);
  }

  private static HttpResponse<String> get(Api api, String path, SSLContext trust) throws Exception {
    try (HttpClient client = HttpClient.newBuilder().sslContext(trust).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://localhost:" + api.port() + path))
              .header("Authorization", "Bearer " + api.operator)
              .build();
      return client.send(request, BodyHandlers.ofString());
    }
  }

  private static SSLContext trusting(Path certificate, KeyManager @Nullable [] keys)
      throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (X509Certificate each : Credentials.authorities(certificate)) {
      store.setCertificateEntry("server", each);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust.getTrustManagers(), null);
    return context;
  }

  private static KeyManager[] client() throws Exception {
    Credentials ours = Credentials.read(Pems.of("client.crt"), Pems.of("client.key"));
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load((InputStream) null, null);
    store.setKeyEntry(
        "client", ours.key(), new char[0], ours.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    return keys.getKeyManagers();
  }

  @Test
  void call_overTls_isAnsweredAndSaysThatItStaysSo() throws Exception {
    try (Api api = api(MinVersion.TLS_1_2, null)) {
      var reply = get(api, "/v1/queue", trusting(certificate, null));
      assertThat(reply.statusCode()).isEqualTo(200);
      assertThat(reply.headers().firstValue("Strict-Transport-Security")).isPresent();
      assertThatThrownBy(() -> api.get("/healthz")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void version_belowTheLowest_isRefused() throws Exception {
    try (Api api = api(MinVersion.TLS_1_3, null)) {
      SSLContext old = trusting(certificate, null);
      try (HttpClient client =
          HttpClient.newBuilder()
              .sslContext(old)
              .sslParameters(new SSLParameters(null, new String[] {"TLSv1.2"}))
              .build()) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create("https://localhost:" + api.port() + "/healthz"))
                .build();
        assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void certificate_thatIsReplaced_isShownToNewConnections() throws Exception {
    try (Api api = api(MinVersion.TLS_1_2, null)) {
      SSLContext before = trusting(Pems.of("rsa.crt"), null);
      assertThat(get(api, "/healthz", before).statusCode()).isEqualTo(200);
      Pems.replace(certificate, "ec.crt");
      Pems.replace(key, "ec.key");
      api.look();
      assertThat(get(api, "/healthz", trusting(Pems.of("ec.crt"), null)).statusCode())
          .isEqualTo(200);
      assertThatThrownBy(() -> get(api, "/healthz", trusting(Pems.of("rsa.crt"), null)))
          .isInstanceOf(SSLException.class);
      assertThat(api.audit.newest(1).getFirst().what()).isEqualTo("certificate.reloaded");
    }
  }

  @Test
  void certificate_thatCannotBeUsed_leavesTheOldAndIsTold() throws Exception {
    try (Api api = api(MinVersion.TLS_1_2, null)) {
      Files.writeString(certificate, "nonsense");
      api.look();
      api.look();
      var ready = get(api, "/readyz", trusting(Pems.of("rsa.crt"), null));
      assertThat(ready.statusCode()).isEqualTo(200);
      assertThat(ready.body()).contains("cannot be used", "server.crt");
      assertThat(api.audit.newest(1).getFirst().what()).isEqualTo("certificate.unusable");
    }
  }

  @Test
  void client_withoutACertificate_isRefusedWhereOneIsAskedFor() throws Exception {
    try (Api api = api(MinVersion.TLS_1_2, Pems.of("ca.crt"))) {
      var without = get(api, "/v1/queue", trusting(certificate, null));
      assertThat(without.statusCode()).isEqualTo(403);
      assertThat(without.body()).contains("client certificate");
      assertThat(get(api, "/v1/queue", trusting(certificate, client())).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void tokens_thatChange_areReadAnew() throws Exception {
    Path plain = Files.createDirectory(folder.resolve("plain"));
    try (Api api = new Api(plain)) {
      Path tokens = plain.resolve("tokens.yaml");
      String good = Files.readString(tokens);
      Files.writeString(tokens, good.replace("name: viewer", "name: onlooker"));
      api.look();
      assertThat(api.call(Api.secret("viewer"), "GET", "/v1/queue", null).status()).isEqualTo(200);
      assertThat(api.audit.newest(1).getFirst().what()).isEqualTo("tokens.reloaded");
      Files.writeString(tokens, "tokens: [ { name: x } ]");
      api.look();
      api.look();
      assertThat(api.call(Api.secret("viewer"), "GET", "/v1/queue", null).status()).isEqualTo(200);
      assertThat(api.get("/readyz").body()).contains("tokens.yaml:1");
      Files.writeString(tokens, "tokens: []");
      api.look();
      assertThat(api.call(Api.secret("viewer"), "GET", "/v1/queue", null).status()).isEqualTo(401);
      assertThat(api.get("/readyz").body()).contains("\"warnings\":[]");
    }
  }
}
