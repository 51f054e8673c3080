package org.holdfast.gateway.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes to one user, message after message, each numbered, until told to stop. As a mail server
 * does, it keeps what was answered with 4xx (or not at all) and offers it again; the next number
 * goes out only when this one is decided. {@link #sent} may be read by any thread.
 */
final class Sender implements Runnable {

  static final String NUMBER = "X-Demo-Number";

  private final String user;
  private final int first;
  private final InetSocketAddress gateway;
  private final List<Sent> sent = new CopyOnWriteArrayList<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile Duration pause;
  private @Nullable SmtpDialogue dialogue; // confined to run()

  Sender(String user, int first, InetSocketAddress gateway, Duration pause) {
    this.user = user;
    this.first = first;
    this.gateway = gateway;
    this.pause = pause;
  }

  String user() {
    return user;
  }

  /** Every attempt so far, in order. */
  List<Sent> sent() {
    return sent;
  }

  void pace(Duration newPause) {
    pause = newPause;
  }

  /** Ends {@link #run} after the message in hand. */
  void stop() {
    stopped.countDown();
  }

  @Override
  public void run() {
    int number = first;
    do {
      Sent attempt = offer(number);
      sent.add(attempt);
      if (attempt.accepted() || attempt.bounced()) {
        number++;
      }
    } while (!stoppedWithin(pause));
    hangUp();
  }

  private Sent offer(int number) {
    long began = System.nanoTime();
    String reply;
    try {
      reply = connection().send("news@sender.test", user, message(number));
    } catch (IOException e) {
      reply = "";
      dialogue = null; // broken; the next attempt opens another
    }
    long now = System.nanoTime();
    return new Sent(number, reply, now, now - began);
  }

  private SmtpDialogue connection() throws IOException {
    SmtpDialogue open = dialogue;
    if (open == null) {
      open = new SmtpDialogue(gateway);
      dialogue = open;
    }
    return open;
  }

  private String message(int number) {
    return String.join(
        "\r\n",
        "From: <news@sender.test>",
        "To: <" + user + ">",
        "Subject: Number " + number + " for " + user,
        "Message-ID: <" + number + "." + user.replace('@', '.') + "@sender.test>",
        NUMBER + ": " + number,
        "",
        "This is message " + number + " for " + user + ".",
        "");
  }

  private boolean stoppedWithin(Duration time) {
    try {
      return stopped.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void hangUp() {
    try {
      if (dialogue != null) {
        dialogue.close();
      }
    } catch (IOException e) {
      dialogue = null; // it is gone either way
    }
  }
}
