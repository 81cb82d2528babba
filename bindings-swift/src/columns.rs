//! How columns cross. The records of columns and the functions that take them are in `generated.rs`.
//!
//! UniFFI converts a list number by number and boxes each in Kotlin. A column is encoded as its bytes in memory. `uniffi.toml` names the type in Swift and Kotlin (`[Int64]`, `LongArray`),
//! and `Columns.swift` and `Columns.kt` make the bytes of it.
use bytemuck::Pod;
use relcore::column::{Column, Columns, Instants, Lists, ROOT};
use relcore::{Error, ErrorKind, Result};
use uniffi::{Lift, Lower, MetadataBuffer, RustBuffer, TypeId, deps::anyhow};

/// A list of indices for each row, one after the other: Arrow's `List`.
#[derive(Clone, Debug, uniffi::Record)]
pub struct MetricsLists {
    /// The index at which the list of each row begins, and after those the end of the last one: one more than rows.
    pub offsets: UInt32Column,
    /// The items of all lists.
    pub items: UInt32Column,
}

/// A column of a call, or a record of columns.
pub trait Given {
    /// The parts of a record by their names on the wire.
    fn parts(&self) -> Vec<(&str, &dyn Given)> {
        Vec::new()
    }

    /// Adds the columns by their paths.
    fn put<'a>(&'a self, path: String, columns: &mut Columns<'a>) -> Result<()> {
        self.parts().into_iter().try_for_each(|(name, part)| part.put(format!("{path}.{name}"), columns))
    }

    /// The columns of a call.
    fn given(&self) -> Result<Columns<'_>> {
        let mut columns = Columns::default();
        self.put(ROOT.to_owned(), &mut columns).map(|()| columns)
    }
}

impl<T: Given> Given for Option<T> {
    fn put<'a>(&'a self, path: String, columns: &mut Columns<'a>) -> Result<()> {
        self.iter().try_for_each(|given| given.put(path.clone(), columns))
    }
}

macro_rules! given {
    ($($of:ty: |$own:ident, $path:ident| $column:expr;)*) => {$(
        impl Given for $of {
            fn put<'a>(&'a self, $path: String, columns: &mut Columns<'a>) -> Result<()> {
                let $own = self;
                let column = $column;
                columns.insert($path, column);
                Ok(())
            }
        }
    )*};
}

given! {
    Int64Column: |own, path| Column::Instants(Instants { millis: &own.0, validity: None });
    UInt32Column: |own, path| Column::Numbers(&own.0);
    UInt8Column: |own, path| Column::Bytes(&own.0);
    BoolColumn: |own, path| Column::Flags(bytemuck::checked::try_cast_slice(&own.0).map_err(|_| {
        Error::new(ErrorKind::InvalidValue, path.clone(), "has a byte that is neither 0 nor 1")
    })?);
    MetricsLists: |own, path| Column::Lists(Lists { offsets: &own.offsets.0, items: &own.items.0 });
    Vec<String>: |own, path| Column::Names(own.iter().map(String::as_str).collect());
    u32: |own, path| Column::Count(*own);
}

/// Numbers encoded as their bytes in memory, in UniFFI's form of bytes. UniFFI decodes its own `Vec<u8>` byte by byte;
/// this is copied at once.
#[derive(Debug)]
pub struct Packed<T>(Vec<T>);

// SAFETY: the form is that of `Vec<u8>`, whose type it names: a length of 32 bits, then so many bytes.
unsafe impl<UT, T: Pod> Lift<UT> for Packed<T> {
    type FfiType = RustBuffer;

    fn try_lift(buffer: RustBuffer) -> anyhow::Result<Self> {
        <Self as Lift<UT>>::try_lift_from_rust_buffer(buffer)
    }

    fn try_read(buffer: &mut &[u8]) -> anyhow::Result<Self> {
        let length = usize::try_from(<i32 as Lift<UT>>::try_read(buffer)?)?;
        let (bytes, rest) = buffer.split_at_checked(length).ok_or_else(|| anyhow::anyhow!("cut short"))?;
        *buffer = rest;
        // Longer ones are cut by the other side, to a length that is odd.
        if length % size_of::<T>() != 0 {
            let error = Error::new(ErrorKind::OutOfRange, "", "has a column of two gigabytes or more");
            return Err(error.into());
        }
        Ok(Self(bytemuck::pod_collect_to_vec(bytes)))
    }
}

// SAFETY: as for `Lift`.
unsafe impl<UT, T: Pod> Lower<UT> for Packed<T> {
    type FfiType = RustBuffer;

    fn lower(column: Self) -> RustBuffer {
        <Self as Lower<UT>>::lower_into_rust_buffer(column)
    }

    fn write(column: Self, buffer: &mut Vec<u8>) {
        <Vec<u8> as Lower<UT>>::write(bytemuck::cast_slice(&column.0).to_vec(), buffer);
    }
}

impl<UT, T> TypeId<UT> for Packed<T> {
    const TYPE_ID_META: MetadataBuffer = <Vec<u8> as TypeId<UT>>::TYPE_ID_META;
}

macro_rules! column {
    ($(#[$docs:meta])* $name:ident, $of:ty) => {
        $(#[$docs])*
        #[derive(Clone, Debug)]
        pub struct $name(Vec<$of>);

        uniffi::custom_type!($(#[$docs])* $name, Packed<$of>, {
            lower: |column| Packed(column.0),
            try_lift: |packed| Ok($name(packed.0)),
        });
    };
}

column!(
    /// 64-bit integers.
    Int64Column,
    i64
);
column!(
    /// 32-bit integers without a sign; in Kotlin those with the same bits.
    UInt32Column,
    u32
);
column!(
    /// Bytes.
    UInt8Column,
    u8
);
column!(
    /// Truth values.
    BoolColumn,
    u8
);
