@NullMarked
package org.holdfast.gateway.admin;

import org.jspecify.annotations.NullMarked;
