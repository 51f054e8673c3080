package org.holdfast.holdqueue.dispatch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.holdfast.holdqueue.Delivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes how attempts ended, as many together as have come, on a thread of its own. The queue is
 * bounded by the attempts: a lane has at most one outcome in it.
 */
final class Recorder {

  /** Most outcomes written together. */
  static final int BATCH = 1_000;

  private static final Logger log = LoggerFactory.getLogger(Recorder.class);
  private static final long RETRY_MILLIS = 1_000;

  private final Backlog backlog;
  private final Mailbox mailbox;
  private final BlockingQueue<Backlog.Ended> queue = new LinkedBlockingQueue<>();
  private final CountDownLatch finishing = new CountDownLatch(1);
  private final Thread thread;

  Recorder(Backlog backlog, Mailbox mailbox) {
    this.backlog = backlog;
    this.mailbox = mailbox;
    this.thread = Thread.ofPlatform().daemon().name("holdqueue-record").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void add(Backlog.Ended ended) {
    queue.add(ended);
  }

  /** Writes what has been added and returns when it is written, or failed once more. */
  void finish() throws InterruptedException {
    finishing.countDown();
    thread.join();
  }

  private void run() {
    try {
      while (!isFinishing() || !queue.isEmpty()) {
        Backlog.Ended first = queue.poll(50, TimeUnit.MILLISECONDS);
        if (first != null) {
          write(batch(first));
        }
      }
    } catch (InterruptedException _) {
      log.warn("interrupted: {} outcomes are not written", queue.size());
    }
  }

  private boolean isFinishing() {
    return finishing.getCount() == 0;
  }

  private List<Backlog.Ended> batch(Backlog.Ended first) {
    List<Backlog.Ended> batch = new ArrayList<>();
    batch.add(first);
    queue.drainTo(batch, BATCH - 1);
    return batch;
  }

  private void write(List<Backlog.Ended> batch) throws InterruptedException {
    while (!written(batch)) {
      if (finishing.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
        log.error(
            "{} outcomes could not be written; those are tried again after the start",
            batch.size());
        return;
      }
    }
    List<Delivery> done = batch.stream().map(Backlog.Ended::delivery).toList();
    mailbox.post(dispatcher -> done.forEach(dispatcher::recorded));
  }

  private boolean written(List<Backlog.Ended> batch) {
    try {
      backlog.record(batch);
      return true;
    } catch (IOException | RuntimeException | Error e) {
      log.error(
          "{} outcomes could not be written; nothing new is tried until they are", batch.size(), e);
      mailbox.post(Dispatcher::stalled);
      return false;
    }
  }
}
