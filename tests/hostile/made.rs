//! Files made to hurt, for the test and the bench of that name.

use flate2::{Compress, Compression, FlushCompress};

/// A zip of stored or deflated members given raw; sizes are what we say they are.
pub fn zip(members: &[(&str, u16, &[u8], u64)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, method, data, size) in members {
        let at = out.len() as u32;
        let size = (*size).min(u64::from(u32::MAX - 1)) as u32;
        let fields = |out: &mut Vec<u8>| {
            out.extend([20, 0, 0, 0]);
            out.extend(method.to_le_bytes());
            out.extend([0; 8]);
            out.extend((data.len() as u32).to_le_bytes());
            out.extend(size.to_le_bytes());
            out.extend((name.len() as u16).to_le_bytes());
            out.extend([0; 2]);
        };
        out.extend(b"PK\x03\x04");
        fields(&mut out);
        out.extend(name.as_bytes());
        out.extend(*data);
        directory.extend(b"PK\x01\x02\x14\0");
        fields(&mut directory);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((members.len() as u16).to_le_bytes());
    out.extend((members.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

/// Deflated zeros, `mib` of them, without ever having them.
pub fn zeros(mib: usize) -> Vec<u8> {
    let block = vec![0; 16 << 20];
    let mut packed = Vec::with_capacity(1 << 20);
    let mut compress = Compress::new(Compression::best(), false);
    compress
        .compress_vec(&block, &mut packed, FlushCompress::Full)
        .unwrap();
    // After a full flush the same bytes say the same again.
    let mut all = packed.repeat(mib / 16);
    all.extend([1, 0, 0, 0xff, 0xff]);
    all
}

/// Zips within zips, sixteen in each of six layers, as in 42.zip.
pub fn nest() -> Vec<u8> {
    let mut layer = zip(&[("0.txt", 8, &zeros(16), 16 << 20)]);
    for level in 0..6 {
        let names: Vec<String> = (0..16).map(|i| format!("{level}-{i}.zip")).collect();
        let members: Vec<_> = names
            .iter()
            .map(|n| (n.as_str(), 0, &layer[..], layer.len() as u64))
            .collect();
        let plain = zip(&members);
        let mut packed = Vec::with_capacity(plain.len());
        Compress::new(Compression::best(), false)
            .compress_vec(&plain, &mut packed, FlushCompress::Finish)
            .unwrap();
        layer = zip(&[("in.zip", 8, &packed, plain.len() as u64)]);
    }
    layer
}

/// A PDF whose tree of pages, contents, forms and outline lead back to themselves.
pub fn loops() -> Vec<u8> {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R/Outlines 7 0 R/AcroForm<</Fields[8 0 R]>>/Names<</EmbeddedFiles 9 0 R>>>>",
        "<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]/Count 3/Parent 2 0 R>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents[4 0 R 4 0 R]/Resources<</Font<</F 6 0 R>>/XObject<</X 5 0 R>>>>/Annots[8 0 R]>>",
        "<</Length 10 0 R>>stream\nBT /F 12 Tf 20 100 Td (QQ123456C) Tj ET /X Do\nendstream",
        "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Length 5>>stream\n/X Do\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding 6 0 R/ToUnicode 6 0 R/DescendantFonts[6 0 R]>>",
        "<</First 7 0 R/Next 7 0 R/Parent 7 0 R/Title(round and round)>>",
        "<</T(a)/FT/Tx/V(b)/Kids[8 0 R]/Parent 8 0 R/Subtype/Widget/Rect[0 0 9 9]>>",
        "<</Kids[9 0 R]/Names[(a) 9 0 R]>>",
        "10 0 R",
    ];
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", i + 1).bytes());
    }
    let xref = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    for place in &places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(
        format!(
            "trailer\n<</Size {}/Root 1 0 R/Prev {xref}>>\nstartxref\n{xref}\n%%EOF\n",
            places.len() + 1
        )
        .bytes(),
    );
    out
}
