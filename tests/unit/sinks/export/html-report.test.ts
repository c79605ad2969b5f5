import { describe, expect, it } from 'vitest';
import { htmlReportExporter } from '../../../../src/sinks/export/html-report';
import { collectExport } from '../../../support/collect-export';
import { alteredSession, MADE_RESULT_SET, makeSession } from '../../../support/make-session';

async function report(session: ReturnType<typeof makeSession>): Promise<string> {
  return (await collectExport(htmlReportExporter, session)).blob.text();
}

describe('HTML report', () => {
  it('has a row with a picture for each sighting, and a bar in the timeline', async () => {
    const session = makeSession({ durationS: 60, kind: 'crops' });
    const html = await report(session);
    const sightings = await session.sightings(MADE_RESULT_SET);
    expect(html.match(/<img src="data:image\/jpeg;base64,/gu)).toHaveLength(sightings.length);
    expect(html.match(/<rect class="(new|again)"[^>]*><title>/gu)).toHaveLength(sightings.length);
    expect(html.match(/<tr><td>/gu)).toHaveLength(sightings.length);
  });

  it('loads nothing from elsewhere and has no script', async () => {
    const html = await report(makeSession({ kind: 'crops' }));
    expect(html).not.toMatch(/<script|https?:|\son\w+=|url\(/iu);
    expect(html).toContain('Content-Security-Policy');
    for (const [, source] of html.matchAll(/src="([^"]*)"/gu)) {
      expect(source).toMatch(/^data:image\/jpeg;base64,/u);
    }
  });

  it('shows whatever people wrote as text', async () => {
    const bad = `</title><script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`;
    const session = makeSession({ labels: [bad], gap: { from: 0.4, to: 0.5 } });
    const header = { ...session.header, title: bad, sourceLabel: bad, appVersion: bad };
    const html = await report(alteredSession(session, { header }));
    expect(html).not.toMatch(/<script|<img/iu);
    const escaped =
      '&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x onerror=alert(2)&gt;&amp;amp;';
    // Title twice, source, cameras and version in the facts, and the camera in every row.
    expect(html.split(escaped).length - 1).toBe(5 + (await session.sightings('live')).length);
  });

  it('leaves out what only pretends to be a picture', async () => {
    const session = makeSession({ kind: 'crops' });
    const part = (): Promise<Blob> =>
      Promise.resolve(new Blob(['<svg onload="alert(1)">'], { type: 'image/svg+xml' }));
    const html = await report(alteredSession(session, { part }));
    expect(html).not.toContain('<img');
  });

  it('says that nothing was analysed in a gap, and for how long', async () => {
    const html = await report(makeSession({ durationS: 40, gap: { from: 0.25, to: 0.5 } }));
    expect(html).toContain('<dd>10 s in 1 gap</dd>');
    expect(html).toContain('<rect class="gap" x="');
  });
});
