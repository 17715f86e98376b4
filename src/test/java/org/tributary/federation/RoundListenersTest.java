package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Several listeners each receive every event that a single listener receives. */
class RoundListenersTest {
  private static Object any(Class<?> type) {
    return type == int.class ? (Object) 3 : type == double.class ? (Object) 0.5 : null;
  }

  @Test
  void everythingIsPassedOn() throws ReflectiveOperationException {
    List<String> heard = new ArrayList<>();
    RoundListener ear =
        (RoundListener)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RoundListener.class},
                (proxy, method, args) -> {
                  heard.add(method.getName());
                  return null;
                });
    RoundListener both = RoundListeners.of(ear, ear);
    for (Method method : RoundListener.class.getDeclaredMethods()) {
      if (!method.isDefault()) {
        continue;
      }
      heard.clear();
      method.invoke(
          both, Stream.of(method.getParameterTypes()).map(RoundListenersTest::any).toArray());
      assertThat(heard).containsExactly(method.getName(), method.getName());
    }
  }
}
