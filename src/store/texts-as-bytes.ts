// Makes SQLite return texts as bytes, because libsql ends the process for a text that is not UTF-8, and a damaged file may contain
// one in any column.

import {
  AliasNode,
  type CompiledQuery,
  type Dialect,
  IdentifierNode,
  type KyselyPlugin,
  type OperationNode,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryCompiler,
  type QueryId,
  type QueryResult,
  RawNode,
  ReferenceNode,
  type RootOperationNode,
  SelectionNode,
  SelectQueryNode,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteQueryCompiler,
  type UnknownRow,
} from "kysely";

/** For a Kysely: the plugin, and the dialect whose queries it works on. */
export interface TextsAsBytes {
  plugin: KyselyPlugin;
  dialect: Dialect;
}

/** Columns that a query selects by name arrive as usual, with U+FFFD for what is not UTF-8. To select all columns, name each one. */
export function textsAsBytes(config: SqliteDialectConfig): TextsAsBytes {
  /** The columns of a query that may contain texts. */
  const columns = new WeakMap<QueryId, string[]>();
  return { plugin: new TextReader(columns), dialect: new DigitsDialect(config, columns) };
}

class DigitsDialect extends SqliteDialect {
  constructor(
    config: SqliteDialectConfig,
    private readonly columns: WeakMap<QueryId, string[]>,
  ) {
    super(config);
  }

  override createQueryCompiler(): QueryCompiler {
    return new DigitsCompiler(this.columns);
  }
}

/** Not in a plugin, because a plugin would also see subqueries. */
class DigitsCompiler extends SqliteQueryCompiler {
  constructor(private readonly columns: WeakMap<QueryId, string[]>) {
    super();
  }

  override compileQuery(node: RootOperationNode, queryId: QueryId): CompiledQuery {
    if (!SelectQueryNode.is(node) || node.selections === undefined) return super.compileQuery(node, queryId);
    const columns: string[] = [];
    const selections = node.selections.map((one) => {
      const name = nameOf(one.selection);
      if (name === null) return one;
      columns.push(name);
      return SelectionNode.create(AliasNode.create(digitsOf(one.selection), IdentifierNode.create(name)));
    });
    this.columns.set(queryId, columns);
    return super.compileQuery({ ...node, selections }, queryId);
  }
}

class TextReader implements KyselyPlugin {
  constructor(private readonly columns: WeakMap<QueryId, string[]>) {}

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    return node;
  }

  async transformResult({ result, queryId }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    const columns = this.columns.get(queryId) ?? [];
    return columns.length === 0 ? result : { ...result, rows: result.rows.map((row) => withTexts(row, columns)) };
  }
}

/** `null` when it is not a column selected by name. */
function nameOf(selection: OperationNode): string | null {
  if (!ReferenceNode.is(selection) || !("column" in selection.column)) return null;
  return selection.column.column.name;
}

/** Texts as hexadecimal digits, so that they cannot be mistaken for values stored as bytes. */
function digitsOf(column: OperationNode): RawNode {
  const parts = ["case typeof(", ") when 'text' then hex(", ") else ", " end"];
  return RawNode.create(parts, [column, column, column]);
}

function withTexts(row: UnknownRow, columns: readonly string[]): UnknownRow {
  const texts = columns.flatMap((name) => {
    const value = row[name];
    return typeof value === "string" ? [[name, Buffer.from(value, "hex").toString()]] : [];
  });
  return { ...row, ...Object.fromEntries(texts) };
}
