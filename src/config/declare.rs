//! The macros that declare keys, and the types of their values.

/// Declares the keys of a section, and the list of them in the order of the documentation.
macro_rules! keys {
    ($list:ident: $(
        $name:ident: $type:ty = $path:literal, $rule:expr, default $default:expr
        $(, only $applies:expr)? $(, added $later:ident)?; $meaning:literal;
    )*) => {
        $(pub(in crate::config) const $name: $crate::config::key::TypedKey<$type> =
            $crate::config::key::TypedKey::new(&$crate::config::key::Key {
                path: $path,
                rule: $rule,
                default: $default,
                applies: $crate::config::declare::keys!(@or_always $($applies)?),
                meaning: $meaning,
                added_later: $crate::config::declare::keys!(@is_later $($later)?),
            });)*
        pub(in crate::config) const $list: &[&$crate::config::key::Key] = &[$($name.0),*];
    };
    (@or_always) => { $crate::config::key::Applies::Always };
    (@or_always $applies:expr) => { $applies };
    (@is_later) => { false };
    (@is_later later) => { true };
}

/// Declares an enum whose variants are the words of a key; a variant may have fields, each with the key
/// that gives its value, or a type that reads its own keys. Also generates the list of words, the
/// conversions between words and variants, and where the fields' keys apply.
macro_rules! choices {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$vmeta:meta])* $variant:ident
            = $word:literal $(as $title:literal)?
            $(($inner:ty))?
            $([$single:ty = $single_key:ident])?
            $({ $($(#[$fmeta:meta])* $field:ident: $ftype:ty = $key:ident),+ $(,)? })?
        ),+ $(,)?
    }) => {
        $(#[$meta])*
        $vis enum $name {
            $($(#[$vmeta])* $variant $(($inner))? $(($single))? $({ $($(#[$fmeta])* $field: $ftype),+ })?),+
        }

        impl $name {
            /// The variant's word in experiment files, folders and messages.
            #[allow(
                dead_code,
                clippy::trivially_copy_pass_by_ref,
                clippy::allow_attributes,
                reason = "the same for all that are declared, whether small, large or never named"
            )]
            $vis const fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $word),+ }
            }
        }

        impl $crate::config::key::Choice for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];
            const TITLES: &'static [(&'static str, &'static str)] = &[$($(($word, $title),)?)+];

            fn fields() -> $crate::config::key::Fields {
                const FIELDS: $crate::config::key::Fields =
                    &[$(($word, &[$($single_key.0.path)? $($($key.0.path),+)?])),+];
                FIELDS
            }
        }

        impl $crate::config::point::FromValue for $name {
            fn from_value(
                value: Option<&$crate::config::value::Value>,
                point: &$crate::config::point::Point<'_>,
            ) -> Option<Self> {
                // Unused where no variant has fields.
                let _ = point;
                let $crate::config::value::Value::Text(word) = value? else {
                    return None;
                };
                match word.as_str() {
                    $($word => Some(Self::$variant
                        $((<$inner>::read(point)))?
                        $((point.get($single_key)))?
                        $({ $($field: point.get($key)),+ })?),)+
                    _ => None,
                }
            }
        }
    };
}

/// Declares a struct whose fields are read at a point: each has the key that gives its value, or a function
/// that reads it.
macro_rules! settings {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$fmeta:meta])* $fvis:vis $field:ident: $type:ty
            $(= $key:ident)? $(=> $read:expr)?),+ $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$fmeta])* $fvis $field: $type),+ }

        impl $name {
            /// Reads the struct at a point of the sweep.
            pub(in crate::config) fn read(point: &$crate::config::point::Point<'_>) -> Self {
                Self {
                    $($field: $crate::config::declare::settings!(
                        @field point, $type $(= $key)? $(=> $read)?
                    )),+
                }
            }
        }
    };
    (@field $point:ident, $type:ty = $key:ident) => { $point.get($key) };
    (@field $point:ident, $type:ty => $read:expr) => {{
        let read: fn(&$crate::config::point::Point<'_>) -> $type = $read;
        read($point)
    }};
}

pub(in crate::config) use {choices, keys, settings};
