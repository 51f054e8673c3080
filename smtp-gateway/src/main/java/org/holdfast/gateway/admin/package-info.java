/**
 * Who may ask and change what, over HTTP? {@link org.holdfast.gateway.admin.AdminServer} opens the
 * door, {@code Access} says who may pass, a resource class answers for each part of {@code /v1},
 * and {@code Problems} turns whatever goes wrong into an answer.
 */
@NullMarked
package org.holdfast.gateway.admin;

import org.jspecify.annotations.NullMarked;
