package org.holdfast.gateway.admin;

import com.codahale.metrics.MetricRegistry;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.holdfast.gateway.metrics.FlipTimes;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.routing.Routing;

/**
 * What the admin API asks and changes. All of it is owned and closed by the wiring.
 *
 * @param metrics the page of {@code GET /metrics} in Prometheus text format; see {@link Metrics}
 * @param counted takes what is counted here
 */
public record AdminPorts(
    Routing routing,
    HoldQueue queue,
    AuditLog audit,
    ForgottenHolds forgotten,
    Readiness readiness,
    PairStatus pairStatus,
    Probe probe,
    MapText mapText,
    Explain explain,
    Supplier<String> metrics,
    History history,
    MetricRegistry counted,
    FlipTimes flipTimes,
    Configured configured,
    InstantSource clock) {}
