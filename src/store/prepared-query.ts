// Queries that are compiled once. Building and compiling one takes as long as executing it, and the bot repeats some at every poll.

import { type Compilable, type CompiledQuery, type Expression, type OperationNode, ValueNode } from "kysely";
import type { Db } from "./database.js";

/** In a query, in place of a value that comes later. */
class Placeholder<T> implements Expression<T> {
  get expressionType(): T | undefined {
    return undefined;
  }

  toOperationNode(): OperationNode {
    return ValueNode.create(this);
  }
}

/**
 * @param build builds the query, when it is first executed. It gets a placeholder for the value, which the query may use more than once or not at all.
 * @returns executes the query with a value, and resolves with the rows
 */
export function prepared<R, V = void>(
  db: Db,
  build: (value: Expression<V>) => Compilable<R>,
): (value: V) => Promise<R[]> {
  const placeholder = new Placeholder<V>();
  let compiled: CompiledQuery<R> | undefined;
  return async (value) => {
    compiled ??= build(placeholder).compile();
    const parameters = compiled.parameters.map((one) => (one === placeholder ? value : one));
    return (await db.executeQuery<R>({ ...compiled, parameters })).rows;
  };
}
