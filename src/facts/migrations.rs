//! Database migrations and schema dumps: which files they are, and which statements lose data.

use std::sync::LazyLock;

use regex::Regex;

use crate::RepoPath;

/// What a file is to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migration {
    /// One step, applied once and in order.
    Step,
    /// The way back of a step.
    Down,
    /// The whole schema, written by a tool or by hand.
    Schema,
}

/// Directories that hold nothing but migrations, whatever their files are called, and the files' endings.
const FOLDERS: &[(&str, &[&str])] = &[
    ("db/migrate", &["rb"]),
    ("db/post_migrate", &["rb"]),
    ("database/migrations", &["php"]),
    ("repo/migrations", &["exs"]),
    ("alembic/versions", &["py"]),
    ("migrations/versions", &["py"]),
    ("db/migration", &["sql", "java", "kt"]),
    ("db/migrations", &["sql", "js", "ts", "rb", "py"]),
    ("prisma/migrations", &["sql"]),
    ("supabase/migrations", &["sql"]),
    ("drizzle", &["sql"]),
    ("db/changelog", &["sql", "xml", "yaml", "yml", "json"]),
];

/// Files of these endings in a folder `migrations` count when their name carries a number, as every tool gives one.
const NUMBERED: &[&str] = &["sql", "py", "php", "rb", "js", "ts", "cs", "go", "exs", "rs", "surql", "cql"];

/// Schema dumps and declarative schemas, by the end of their path.
const SCHEMAS: &[&str] = &[
    "db/schema.rb",
    "db/structure.sql",
    "schema.prisma",
    "ModelSnapshot.cs",
    "db/schema.sql",
    "database/schema.sql",
    "schema/schema.sql",
    "atlas/schema.hcl",
];

/// What a path is to the database, if anything.
pub fn classify(path: &RepoPath) -> Option<Migration> {
    let text = path.to_text();
    let name = text.rsplit('/').next().unwrap_or(&text);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if SCHEMAS
        .iter()
        .any(|end| text == *end || text.ends_with(&format!("/{end}")) || (end.ends_with(".cs") && name.ends_with(end)))
    {
        return Some(Migration::Schema);
    }
    let is_step = name.ends_with(".up.sql")
        || is_flyway(name)
        || FOLDERS.iter().any(|(folder, endings)| under(&text, folder) && endings.contains(&extension))
        || (["migrations", "migrate", "Migrations"].iter().any(|folder| under(&text, folder))
            && NUMBERED.contains(&extension)
            && (is_numbered(name) || matches!(name, "up.sql" | "down.sql" | "migration.sql")));
    if !is_step && !name.ends_with(".down.sql") {
        return None;
    }
    let is_test =
        name.contains("_test.") || name.contains(".test.") || name.contains(".spec.") || name == "__init__.py";
    if is_test {
        return None;
    }
    let is_down = name.ends_with(".down.sql") || name == "down.sql" || (is_flyway(name) && name.starts_with('U'));
    Some(if is_down { Migration::Down } else { Migration::Step })
}

/// Whether a directory of that name is above the file.
fn under(path: &str, folder: &str) -> bool {
    path.starts_with(&format!("{folder}/")) || path.contains(&format!("/{folder}/"))
}

/// `0001_x.sql`, `20240101120000_x.sql`, `Version20240101.php`, `20240101_Initial.cs`, `V1__x.sql`
fn is_numbered(name: &str) -> bool {
    let name = name.strip_prefix("Version").or_else(|| name.strip_prefix(['m', 'V'])).unwrap_or(name);
    name.chars().take_while(char::is_ascii_digit).count() >= 3
        || (name.starts_with(|c: char| c.is_ascii_digit()) && name.contains('_'))
}

/// `V1_2__add_x.sql`, `R__views.sql`, `U3__undo.sql`
fn is_flyway(name: &str) -> bool {
    let Some(rest) = name.strip_suffix(".sql").and_then(|stem| stem.strip_prefix(['V', 'U', 'R'])) else {
        return false;
    };
    rest.split_once("__")
        .is_some_and(|(version, _)| version.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '_'))
}

static DESTRUCTIVE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(drop\s+(table|column|index|constraint|view|schema|database|type|primary\s+key|foreign\s+key|not\s+null)|truncate\b|delete\s+from\s+[^\s;]+\s*(;|$)|rename\s+(column|to|table)|set\s+not\s+null|alter\s+column\s+\S+\s+(set\s+data\s+)?type)|\b(remove_column|remove_columns|drop_table|rename_column|rename_table|remove_index|remove_reference|change_column_null|drop_column|drop_constraint|drop_index|RemoveField|DeleteModel|RenameField|RenameModel|dropColumn|dropTable|dropIfExists|renameColumn|DropColumn|DropTable|RenameColumn|DropForeignKey|dropForeign)\b|^\s*remove(_if_exists)?[ (]+:\w",
    )
    .ok()
});

/// Whether a line loses data or breaks readers of the old schema.
pub fn is_destructive(line: &str) -> bool {
    let code = line.trim_start();
    if code.starts_with("--") || code.starts_with('#') || code.starts_with("//") || code.starts_with('*') {
        return false;
    }
    let code = code.split("--").next().unwrap_or(code);
    DESTRUCTIVE.as_ref().is_some_and(|regex| regex.is_match(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_of_the_common_tools() {
        for path in [
            "db/migrate/20260818120000_add_x.rb",
            "spec/dummy/db/migrate/20260818120000_add_x.rb",
            "shop/migrations/0002_order.py",
            "alembic/versions/ae10_x.py",
            "src/main/resources/db/migration/V2__x.sql",
            "prisma/migrations/20240101_init/migration.sql",
            "migrations/2024-01-01-000000_x/up.sql",
            "internal/schema/migrations/0044_x.up.sql",
            "database/migrations/2024_01_01_000000_create_x.php",
            "src/Data/Migrations/20240101120000_Init.cs",
            "priv/repo/migrations/20240101120000_x.exs",
            "migrations/20240101120000-add-x.js",
        ] {
            assert_eq!(classify(&path.into()), Some(Migration::Step), "{path}");
        }
        for path in ["db/schema.rb", "prisma/schema.prisma", "src/Data/ShopContextModelSnapshot.cs"] {
            assert_eq!(classify(&path.into()), Some(Migration::Schema), "{path}");
        }
        assert_eq!(classify(&"migrations/0001_x.down.sql".into()), Some(Migration::Down));
    }

    #[test]
    fn files_that_only_sound_like_it() {
        for path in [
            "docs/guide/migration.md",
            "src/migrations/mod.rs",
            "packages/cli/migrations/rename-option.ts",
            "shop/migrations/__init__.py",
            "lib/ecto/schema.ex",
            "lib/generators/install/templates/create_messages_migration.rb.tt",
            "internal/migrations/010_x_test.go",
            "queries/users.sql",
        ] {
            assert_eq!(classify(&path.into()), None, "{path}");
        }
    }

    #[test]
    fn statements_that_lose_something() {
        for line in [
            "ALTER TABLE a DROP COLUMN b;",
            "  remove_column :a, :b",
            "TRUNCATE a;",
            "DELETE FROM a;",
            "op.drop_table('a')",
        ] {
            assert!(is_destructive(line), "{line}");
        }
        for line in [
            "ALTER TABLE a ADD COLUMN b int;",
            "-- DROP TABLE a",
            "DELETE FROM a WHERE b = 1;",
            "add_column :a, :b, :text",
        ] {
            assert!(!is_destructive(line), "{line}");
        }
    }
}
