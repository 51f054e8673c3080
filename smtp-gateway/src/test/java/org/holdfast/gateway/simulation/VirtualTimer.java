package org.holdfast.gateway.simulation;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.holdfast.holdqueue.simulation.Agenda;

/** A timer on the agenda: only single waits are known to it. */
final class VirtualTimer extends AbstractExecutorService implements ScheduledExecutorService {

  private final Agenda.Life life;

  VirtualTimer(Agenda.Life life) {
    this.life = life;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Wait wait = new Wait();
    life.at(
        life.agenda().now() + unit.toNanos(delay),
        () -> {
          if (wait.complete(null)) {
            command.run();
          }
        });
    return wait;
  }

  private static final class Wait extends CompletableFuture<Void> implements ScheduledFuture<Void> {
    @Override
    public long getDelay(TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int compareTo(Delayed other) {
      throw new UnsupportedOperationException();
    }
  }

  @Override
  public void execute(Runnable command) {
    life.within(0, command);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdown() {
    life.end();
  }

  @Override
  public List<Runnable> shutdownNow() {
    life.end();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return life.hasEnded();
  }

  @Override
  public boolean isTerminated() {
    return life.hasEnded();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
