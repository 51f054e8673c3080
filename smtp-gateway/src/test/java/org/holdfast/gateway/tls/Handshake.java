package org.holdfast.gateway.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.cert.X509Certificate;

/** A handshake in memory, without sockets. */
final class Handshake {

  private static final int ROUNDS = 10;

  private Handshake() {}

  /** The certificate that the server shows. */
  static X509Certificate with(ServerTls tls) throws Exception {
    SslContext any =
        SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE).build();
    EmbeddedChannel server = new EmbeddedChannel();
    EmbeddedChannel client = new EmbeddedChannel();
    server.pipeline().addFirst(tls.newHandler(server.alloc()));
    SslHandler handler = any.newHandler(client.alloc());
    client.pipeline().addFirst(handler);
    for (int i = 0; i < ROUNDS; i++) {
      move(client, server);
      move(server, client);
    }
    X509Certificate shown =
        (X509Certificate) handler.engine().getSession().getPeerCertificates()[0];
    client.finishAndReleaseAll();
    server.finishAndReleaseAll();
    return shown;
  }

  private static void move(EmbeddedChannel from, EmbeddedChannel to) {
    from.runPendingTasks();
    ByteBuf octets = from.readOutbound();
    while (octets != null) {
      to.writeInbound(octets);
      octets = from.readOutbound();
    }
  }
}
